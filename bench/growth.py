"""The picture of how cost grows with what is stored, drawn to be read on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from bench.findings import Curve
from bench.rows import figure_text
from bot import colours
from bot.pictures.look import NORMAL, SMALL, WIDTH

_POINTS_PER_INCH: Final = 72
_PIXELS_A_POINT: Final = 3
_PANEL_HEIGHT: Final = 145.0
_HEAD_HEIGHT: Final = 80.0
_FOOT_HEIGHT: Final = 24.0
_MARGIN: Final = 34.0
_RIGHT: Final = 24.0
_GAP: Final = 42.0
# Each command has a mark of its own: nothing is told by colour alone.
_STYLES: Final = (
    (colours.ORANGE, "o"),
    (colours.SKY, "s"),
    (colours.GREEN, "^"),
    (colours.PINK, "D"),
)
_LEAST_TOP: Final = 1.6
_ROOM_ABOVE: Final = 1.2


def draw_growth(curves: Sequence[Curve]) -> bytes:
    """Return a PNG with a panel for each database and each kind of history."""
    panels: dict[tuple[str, str], list[Curve]] = {}
    for curve in curves:
        panels.setdefault((curve.whose, curve.database), []).append(curve)
    height = _HEAD_HEIGHT + len(panels) * (_PANEL_HEIGHT + _GAP) - _GAP + _FOOT_HEIGHT
    figure = Figure(
        figsize=(WIDTH / _POINTS_PER_INCH, height / _POINTS_PER_INCH),
        dpi=_POINTS_PER_INCH * _PIXELS_A_POINT,
        facecolor=colours.BACKGROUND,
    )
    top = max(_LEAST_TOP, _ROOM_ABOVE * max(max(curve.times) for curve in curves))
    for place, ((whose, database), lines) in enumerate(panels.items()):
        lower = height - _HEAD_HEIGHT - place * (_PANEL_HEIGHT + _GAP) - _PANEL_HEIGHT
        axes = figure.add_axes(
            (
                _MARGIN / WIDTH,
                lower / height,
                (WIDTH - _MARGIN - _RIGHT) / WIDTH,
                _PANEL_HEIGHT / height,
            )
        )
        _draw_panel(axes, lines, top)
        axes.set_title(
            f"{database}, laps of {whose}", color=colours.TEXT, fontsize=NORMAL, loc="left", pad=5
        )
    figure.text(
        10 / WIDTH,
        1 - 18 / height,
        f"Times the cost with {curves[0].laps[0]:,} laps stored",
        color=colours.TEXT,
        fontsize=NORMAL + 1,
        weight="bold",
    )
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="upper left",
        bbox_to_anchor=(4 / WIDTH, 1 - 22 / height),
        ncols=2,
        frameon=False,
        fontsize=SMALL,
        labelcolor=colours.TEXT,
        columnspacing=1.5,
    )
    png = BytesIO()
    figure.savefig(png, facecolor=colours.BACKGROUND)
    return png.getvalue()


def _draw_panel(axes: Axes, curves: Sequence[Curve], top: float) -> None:
    axes.set_facecolor(colours.PANEL)
    for curve, (colour, mark) in zip(curves, _STYLES, strict=True):
        axes.plot(
            curve.laps,
            curve.times,
            color=colour,
            marker=mark,
            markersize=5,
            linewidth=1.5,
            label=curve.command,
        )
    # What must not grow stays on this line.
    axes.axhline(1, color=colours.QUIET_TEXT, linewidth=0.8, linestyle=":")
    highest = max(curves, key=lambda curve: curve.times[-1])
    axes.annotate(
        f"{highest.command} {figure_text(highest.times[-1])} ×",
        (highest.laps[-1], highest.times[-1]),
        xytext=(4, 7),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=colours.TEXT,
        fontsize=SMALL,
    )
    axes.set_xscale("log")
    axes.set_xlim(curves[0].laps[0] * 0.8, curves[0].laps[-1] * 1.3)
    axes.set_ylim(0, top)
    axes.xaxis.set_major_locator(FixedLocator(curves[0].laps))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda laps, _: f"{laps:,.0f}"))
    axes.tick_params(colors=colours.QUIET_TEXT, labelsize=SMALL, length=0)
    axes.grid(color=colours.GRID, linewidth=0.6)
    for edge in axes.spines.values():
        edge.set_visible(False)
