"""The picture of a heat: every number is the stored one, every lap is told, nothing is covered."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from io import BytesIO
from itertools import accumulate

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from PIL import Image

from bot import colours
from bot.pictures import look
from bot.pictures.gallery import read_heats
from bot.pictures.heat import MOST_LINES, STRIPE_SHARE, draw_heat, heat_figure
from core.laps import median
from core.results.heat import HeatTable, RacerRun
from tests.bot.render.build import HEATS, STEADY, run, table

from .contrast import contrast
from .seen import across, assert_readable, axes_of, upwards

REAL = read_heats(HEATS)
SCRIPTS = (
    "محمد الرحمن العزيز",
    "דוד בן גוריון",
    "日本語の名前がとても長い",
    "한국 선수",
    "สมชาย ใจดี",
)
NAMES = (
    "🏁" * 32,
    "👨\u200d👩\u200d👧" * 11,
    "W" * 32,
    "𝓕𝓪𝓷𝓬𝔂",
    *SCRIPTS,
    "i" * 32,
    "$x$",
    "क्षितिज",
)


def racers(count: int, laps: int, *, crashes: float = 0.05, seed: int = 5) -> tuple[RacerRun, ...]:
    """Racers with names of every kind, ranked, whose crashes take up to twice a lap."""
    chance = random.Random(seed)
    runs = []
    for number in range(count):
        usual = 20_000 + 60 * number
        times = [
            round(chance.gauss(usual, 350))
            + chance.randint(4_000, 20_000) * (chance.random() < crashes)
            for _ in range(laps)
        ]
        runs.append(run(NAMES[number % len(NAMES)] + "b" * (number // len(NAMES)), times))
    return tuple(sorted(runs, key=lambda driven: -driven.orp.orp_score if driven.orp else 0))


EXTREME = {
    "40 racers, 60 laps": table(*racers(40, 60), name="F" * 40),
    "12 racers": table(*racers(12, 12)),
    "13 racers": table(*racers(13, 8)),
    "72 crashes": table(*racers(12, 60, crashes=0.1)),
    "a crash every other lap": table(*racers(12, 20, crashes=0.5)),
    "everybody ends alike": table(*(run(name, (20_000,) * 5) for name in NAMES)),
    "one lap": table(run("Solo", (20_912,))),
    "nothing counts": table(run("Nobody", (10_600, 10_700), left_out=(1, 2))),
    "an hour a lap": table(run("Endurance", (3_600_000, 3_500_000, 3_700_000))),
    "a second a lap": table(run("Fast", (1_000, 1_001, 1_005))),
    "all kinds": table(
        run("Steady"),
        run("W" * 32, (20_100,)),
        run("Z" * 32, (20_000, 20_001), left_out=(1, 2)),
        run(SCRIPTS[0] * 2, (5_000, *STEADY, 90_000), left_out=(1,), confidence=1),
    ),
    "rejected alone": table(run("Doubtful", confidence=2)),
}
ALL = {**REAL, **EXTREME}


def every(heats: dict[str, HeatTable]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", heats)


@cache
def figure_of(name: str) -> Figure:
    return heat_figure(ALL[name])


def words_of(figure: Figure) -> list[str]:
    """Every text; the plot itself has none."""
    assert not axes_of(figure).texts
    return [text.get_text() for text in figure.texts]


def lines_of(figure: Figure, style: look.RacerStyle) -> tuple[Line2D, Line2D]:
    """A racer's laps that count, and those that do not."""
    counting, hollow = [line for line in axes_of(figure).lines if line.get_marker() == style.marker]
    return counting, hollow


def is_within(figure: Figure, seconds: float) -> bool:
    slow, fast = axes_of(figure).get_ylim()
    return fast <= seconds <= slow


@every(ALL)
def test_no_text_is_covered_or_cut_off(name: str) -> None:
    assert_readable(figure_of(name))


@every(ALL)
def test_every_lap_is_where_it_was_driven(name: str) -> None:
    shown, figure = ALL[name], figure_of(name)
    for driven, style in zip(shown.runs, look.RACER_STYLES, strict=False):
        ends = list(accumulate(lap.time_ms for lap in driven.laps))
        for line, counts in zip(lines_of(figure, style), (True, False), strict=True):
            part = [
                (end, lap)
                for end, lap in zip(ends, driven.laps, strict=True)
                if lap.counts is counts
            ]
            assert across(line) == [end / 1000 for end, _ in part]
            assert upwards(line) == [lap.time_ms / 1000 for _, lap in part]


@every(REAL)
def test_each_racer_has_name_and_stored_orp_on_one_line(name: str) -> None:
    rows: dict[float, list[str]] = {}
    for text in sorted(figure_of(name).texts, key=lambda text: text.get_position()[0]):
        if text.get_fontsize() == look.NORMAL:
            rows.setdefault(text.get_position()[1], []).append(text.get_text())
    stored = [
        [driven.racer.name, f"{driven.orp.orp_score:.1f}"]
        for driven in ALL[name].runs
        if driven.orp is not None
    ]
    assert sorted(rows.values()) == sorted(stored)


@every(REAL)
def test_labels_stand_at_the_end_of_their_lines(name: str) -> None:
    """In the order in which the last laps end up, the fastest at the top."""
    shown, figure = ALL[name], figure_of(name)
    last = {
        driven.racer.name: [lap.time_ms for lap in driven.laps if lap.counts][-1]
        for driven in shown.runs
    }
    slow_ms = axes_of(figure).get_ylim()[0] * 1000
    labels = [
        text
        for text in figure.texts
        if text.get_text() in last and text.get_fontsize() == look.NORMAL
    ]
    labels.sort(key=lambda text: text.get_position()[1])
    heights = [min(last[label.get_text()], slow_ms) for label in labels]
    assert len(heights) == len(shown.runs)
    assert heights == sorted(heights)


@every(ALL)
def test_a_lap_beyond_the_edge_carries_its_time_beside_its_mark(name: str) -> None:
    shown, figure = ALL[name], figure_of(name)
    told = Counter(
        (text.get_text(), to_hex(text.get_color()).upper())
        for text in figure.texts
        if text.get_horizontalalignment() == "left"
    )
    beside = Counter(
        (line.get_marker(), line.get_markerfacecolor() == colours.BACKGROUND)
        for line in figure.artists
        if isinstance(line, Line2D)
    )
    for driven, style in zip(shown.runs, look.RACER_STYLES, strict=False):
        off = [lap for lap in driven.laps if not is_within(figure, lap.time_ms / 1000)]
        for text, count in Counter(look.lap_text(lap.time_ms) for lap in off).items():
            assert told[text, style.colour.upper()] >= count
        for counts in (True, False):
            # On the edge and beside the time; that at the racer's name is filled, too.
            marks = 2 * sum(lap.counts is counts for lap in off) + counts
            assert beside[style.marker, not counts] == marks
    assert figure.axes[0].get_xlim()[1] * 1000 > max(
        sum(lap.time_ms for lap in driven.laps) for driven in shown.runs[:MOST_LINES]
    )


def test_the_times_of_many_crashes_leave_the_plot_its_room() -> None:
    assert axes_of(figure_of("72 crashes")).get_position().height > 0.55


def test_crashes_do_not_flatten_the_rest() -> None:
    shown = table(run("Calm"), run("Wild", (*STEADY, 95_000, *STEADY)))
    figure = heat_figure(shown)
    slow, fast = axes_of(figure).get_ylim()
    assert slow - fast < 3
    assert "1:35.0" in words_of(figure)


def test_up_is_faster() -> None:
    slow, fast = axes_of(heat_figure(table(run("Max")))).get_ylim()
    assert slow > fast
    assert "Lap times over race time · up is faster" in words_of(heat_figure(table(run("Max"))))


def test_what_does_not_count_is_hollow_and_in_no_line() -> None:
    figure = heat_figure(table(run("Max", STEADY, left_out=(2,))))
    counting, hollow = lines_of(figure, look.RACER_STYLES[0])
    assert hollow.get_markerfacecolor() == colours.BACKGROUND
    assert hollow.get_linestyle() == "None"
    assert upwards(hollow) == [STEADY[1] / 1000]
    assert counting.get_markerfacecolor() == look.RACER_STYLES[0].colour
    assert counting.get_linestyle() == "-"
    assert "hollow: does not count" in words_of(figure)
    assert "hollow: does not count" not in words_of(heat_figure(table(run("Max"))))


@every(REAL)
def test_the_stripe_is_the_winners_median(name: str) -> None:
    shown, figure = ALL[name], figure_of(name)
    winner = shown.runs[0]
    usual = float(median(lap.time_ms for lap in winner.laps if lap.counts)) / 1000
    (stripe,) = [patch for patch in axes_of(figure).patches if isinstance(patch, Rectangle)]
    assert stripe.get_y() == pytest.approx(usual * (1 - STRIPE_SHARE))
    assert stripe.get_height() == pytest.approx(2 * STRIPE_SHARE * usual)
    assert f"median {look.lap_text(round(usual * 1000))} ± 2%" in words_of(figure)


def test_without_a_score_that_stands_there_is_no_stripe() -> None:
    for name in ("one lap", "nothing counts", "rejected alone"):
        figure = figure_of(name)
        assert not axes_of(figure).patches
        assert not [words for words in words_of(figure) if "median" in words]


def test_why_there_is_no_score_is_said() -> None:
    assert "needs 2 laps" in words_of(figure_of("one lap"))
    rejected = words_of(figure_of("rejected alone"))
    assert "rejected" in rejected
    assert "rejected: not sure of the car" in rejected
    assert "0.0" not in rejected


def test_whoever_is_not_among_the_first_is_in_the_band() -> None:
    runs = racers(40, 10)
    figure = heat_figure(table(*runs))
    assert "and 28 more" in words_of(figure)
    (band,) = axes_of(figure).collections
    lower, upper = band.get_paths()[0].get_extents().intervaly
    times = [lap.time_ms / 1000 for driven in runs[MOST_LINES:] for lap in driven.laps]
    assert min(times) <= lower < upper <= max(times)
    assert not [words for words in words_of(heat_figure(table(*runs[:12]))) if "more" in words]


def test_the_band_is_the_middle_half() -> None:
    others = [run(f"r{pace}", (pace * 1000,) * 9) for pace in (20, 21, 22, 23, 24)]
    figure = heat_figure(table(*racers(12, 9), *others))
    (band,) = axes_of(figure).collections
    corners = np.asarray(band.get_paths()[0].vertices)
    in_everybodys_race = corners[(corners[:, 0] > 30) & (corners[:, 0] < 170), 1]
    assert (min(in_everybodys_race), max(in_everybodys_race)) == pytest.approx((21, 23))


def test_a_name_never_moves_its_score() -> None:
    runs = [run(name) for name in SCRIPTS]
    figure = heat_figure(table(*runs))
    scores = [text for text in figure.texts if text.get_text() == "99.5"]
    assert len(scores) == len(SCRIPTS)
    assert {text.get_window_extent().x1 for text in scores} == {scores[0].get_window_extent().x1}
    for name in SCRIPTS:
        assert [words for words in words_of(figure) if words.startswith(name[:5])]


def test_no_name_is_a_formula() -> None:
    figure = heat_figure(table(run("$\\frac$ Max"), name="$x$"))
    assert_readable(figure)
    assert "$\\frac$ Max" in words_of(figure)


def test_the_title_is_heat_and_session() -> None:
    assert "Buggy Q1 · Club Race" in words_of(heat_figure(table(run("Max"), class_name="Buggy")))


@every(ALL)
def test_text_reads_on_a_phone(name: str) -> None:
    figure = figure_of(name)
    assert figure.get_size_inches()[0] * 72 == pytest.approx(380)
    for text in figure.texts:
        assert float(text.get_fontsize()) >= 9
        assert contrast(to_hex(text.get_color()), colours.BACKGROUND) >= 4.5


def test_the_picture_is_an_opaque_png_of_the_same_bytes() -> None:
    drawn = draw_heat(REAL["nitro-q1"])
    with Image.open(BytesIO(drawn)) as picture:
        assert picture.format == "PNG"
        assert picture.width == 3 * 380
        assert "transparency" not in picture.info
        assert not picture.info.get("Creation Time")
        corner = np.asarray(picture.convert("RGB"))[0, 0] / 255
        assert corner == pytest.approx(to_rgb(colours.BACKGROUND), abs=0.01)
    assert draw_heat(REAL["nitro-q1"]) == drawn


def test_a_heat_without_laps_has_no_picture() -> None:
    with pytest.raises(ValueError, match="without laps"):
        draw_heat(table())
