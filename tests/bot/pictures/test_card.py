"""The picture of an ORP card: every number is the stored one, every mark at its lap."""

from __future__ import annotations

import random
from dataclasses import replace
from io import BytesIO
from uuid import UUID

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from bot import colours
from bot.pictures.card import card_figure, draw_card
from core.laps import median
from core.laptimes import format_lap
from core.results.card import HeatScore, OrpCard
from core.results.heat import RacerRun
from core.scoring.mistakes import find_mistakes
from tests.bot.render.build import STEADY, card, heat, real_runs, run

from .seen import (
    across,
    assert_readable,
    axes_of,
    colour_of,
    marked,
    marks,
    texts_of,
    upwards,
    words_of,
)

REAL = {driven.racer.name: driven for driven in real_runs("electric-a3-main")}
THIS = replace(heat("Main"), id=UUID(int=99))

LAST_HEATS = (
    HeatScore(heat("P1"), 71.2, False, None, "stock setup"),
    HeatScore(heat("Q1"), None, True, None, "soft springs all round, new tyres, much less rebound"),
    HeatScore(heat("Q2"), None, False, None, None),
    HeatScore(heat("Q3"), 81.3, False, 10.1, None),
    HeatScore(THIS, 85.5, False, 4.2, "35wt rear"),
)


def many_laps() -> RacerRun:
    """600 laps, some of them mistakes, most of those far off."""
    chance = random.Random(7)
    ordinary = [
        chance.choice((20_000, 20_300, 20_900)) + chance.randint(0, 900) for _ in range(600)
    ]
    return run(
        times=[ms + chance.randint(1, 9) * 1_000 * (chance.random() < 0.04) for ms in ordinary]
    )


ODD = {
    "a single lap": card(run(times=(20_912,))),
    "two laps": card(run(times=(20_912, 21_500))),
    "equal laps": card(run(times=(20_000,) * 8)),
    "minutes": card(run(times=(62_345, 61_234, 63_456, 62_000, 119_999))),
    "rejected": card(run(confidence=2, times=(*STEADY, 24_000))),
    "run to the loop": card(run(times=(10_600, 14_000, 14_100, 14_200, 14_050), left_out=(1,))),
    "nothing counts": card(run(times=(10_600, 10_700), left_out=(1, 2))),
    "a slip that counts": card(run(times=(*STEADY, 2_100, *STEADY))),
    "crash in a row": card(run(times=(*STEADY, 90_000, 91_000, 92_000, *STEADY, 93_000, *STEADY))),
    "600 laps": replace(card(many_laps()), heat=None, last_heats=LAST_HEATS),
    "zero": card(run(times=(1_000,) * 5 + (90_000,))),
    "CJK": replace(card(run("日本 太郎 선수", note="柔らかいバネ"), practice_rounds=3)),
    "Arabic": card(run("محمد بن سلمان")),
    "emoji": card(run("🏁👨\u200d👩\u200d👧🇩🇪 Max")),
    "endless names": replace(
        card(run("W" * 80, change=-12.3)),
        heat=heat("Q" * 50, "C" * 50),
        last_heats=tuple(
            replace(past, heat=heat("N" * 50), note="m" * 100, change=-88.8) for past in LAST_HEATS
        ),
    ),
}


def bars(figure: Figure, colour: str) -> list[Rectangle]:
    """The filled bars of a colour outside the plot."""
    return [
        bar
        for bar in figure.get_children()
        if isinstance(bar, Rectangle)
        and bar is not figure.patch
        and bar.get_alpha() in {None, 1.0}
        and to_hex(bar.get_facecolor()).upper() == colour.upper()
    ]


def test_a_real_card_in_full() -> None:
    driven = replace(REAL["driver-04"], change=4.2, note="35wt rear")
    figure = card_figure(replace(card(driven), heat=THIS, last_heats=LAST_HEATS))
    words = words_of(figure)
    for shown in (
        *("driver-04", "Main · Club Race", "85.5", "Avant Garde", "▲4.2 since the heat before"),
        *("90.09 consistency − 4.55 fade = 85.5", "confidence not rated"),
        *("3 fastest 40.002", "last 5 40.913 (fade 2.28 %)", "3 mistakes 24.5 s"),
        *("median", "41.185", "±0.871", "half of the laps"),
        *("46.7 (+5.5)", "45.2 (+4.0)", "56.1 (+15.0)"),
        *("P1", "71.2", "stock setup", "Q1", "rejected", "Q2", "needs 2 laps"),
        *("Q3", "81.3", "▲10.1", "Main", "85.5", "▲4.2", "35wt rear"),
    ):
        assert shown in words
    assert words.count("85.5") == 2
    assert marked(figure, "D") == {10: 39_806, 14: 40_022, 4: 40_179}
    assert marked(figure, "s") == {11: 41_541, 12: 40_554, 13: 41_185, 14: 40_022, 15: 41_263}
    # All three mistakes are beyond the slow edge, which is at the bottom.
    slow, fast = axes_of(figure).get_ylim()
    assert slow > fast
    assert marked(figure, "x") == {5: slow, 6: slow, 8: slow}
    assert_readable(figure)


@pytest.mark.parametrize("driven", REAL.values(), ids=list(REAL))
def test_every_number_is_the_stored_one(driven: RacerRun) -> None:
    figure = card_figure(card(driven))
    words, orp = words_of(figure), driven.orp
    assert orp is not None
    assert orp.strategy is not None
    assert orp.metrics.top_3_avg is not None
    assert orp.metrics.last_5_avg is not None
    assert f"{orp.orp_score:.1f}" in words
    assert orp.strategy.label in words
    parts = orp.components
    assert (
        f"{parts.consistency_score:.2f} consistency − {parts.fade_penalty_shown:.2f} fade"
        f" = {orp.orp_score:.1f}"
    ) in words
    assert f"3 fastest {orp.metrics.top_3_avg:.3f}" in words
    assert f"last 5 {orp.metrics.last_5_avg:.3f} (fade {orp.metrics.fade_pct:.2f} %)" in words
    usual = median(lap.time_ms for lap in driven.laps)
    assert format_lap(round(usual)) in words
    (line,) = [line for line in axes_of(figure).lines if across(line) == [0, 1]]
    assert upwards(line) == [usual, usual]
    times = {lap.number: lap.time_ms for lap in driven.laps}
    fastest = sorted(times, key=lambda number: times[number])[:3]
    assert marked(figure, "D") == {number: times[number] for number in fastest}
    assert list(marked(figure, "s")) == list(times)[-5:]
    mistakes = {mistake.number: mistake.lost_ms for mistake in find_mistakes(driven.laps).laps}
    assert set(marked(figure, "x")) == set(mistakes)
    for lost_ms in mistakes.values():
        assert sum(f"+{lost_ms / 1000:.1f}" in text for text in words) == 1
    # Every lap that counts has a place in the line, and all of them are drawn.
    lines = [line for line in axes_of(figure).lines if line.get_linestyle() == "-"]
    assert [float(number) for number in times] in [across(line) for line in lines]
    assert_readable(figure)


@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_no_text_covers_another_or_is_cut_off(odd: OrpCard) -> None:
    assert_readable(card_figure(odd))


def test_the_gauge_is_as_long_as_the_score_in_the_strategys_colour() -> None:
    for times, colour in (
        (STEADY, colours.GREEN),
        ((20_000, 20_000, 26_000, 20_000, 20_000), colours.SKY),
        ((20_000, 30_000, 20_000, 25_000), colours.ORANGE),
    ):
        driven = run(times=times)
        assert driven.orp is not None
        assert driven.orp.strategy is not None
        figure = card_figure(card(driven))
        (bar,) = bars(figure, colour)
        assert bar.get_width() == pytest.approx(360 * driven.orp.orp_score / 100)
        assert colour_of(figure, f"{driven.orp.orp_score:.1f}") == colour
        assert colour_of(figure, driven.orp.strategy.label) == colour


def test_the_bars_of_the_last_heats_are_as_long_as_their_scores() -> None:
    figure = card_figure(replace(card(run()), heat=THIS, last_heats=LAST_HEATS))
    gauge, this = sorted(bars(figure, colours.GREEN), key=lambda bar: -bar.get_width())
    before = [bar.get_width() for bar in bars(figure, colours.QUIET_TEXT)]
    assert [*before, this.get_width()] == pytest.approx([0.8 * s for s in (71.2, 81.3, 85.5)])
    assert gauge.get_width() > 300


def test_half_of_the_laps_lie_in_the_band() -> None:
    figure = card_figure(card(REAL["driver-04"]))
    (band,) = [bar for bar in axes_of(figure).patches if isinstance(bar, Rectangle)]
    assert (band.get_y(), band.get_height()) == (41_185 - 871, 2 * 871)


def test_a_failed_gate_has_no_score_but_the_figures() -> None:
    figure = card_figure(ODD["rejected"])
    words = words_of(figure)
    assert "Rejected · not sure of the car (2/5)" in words
    assert "confidence 2/5" in words
    assert any(text.endswith(" fade, not scored") for text in words)
    assert not any(bars(figure, colour) for colour in (colours.GREEN, colours.SKY, colours.ORANGE))
    assert set(marked(figure, "x")) == {6}


def test_few_laps_are_said_plainly() -> None:
    one = card_figure(ODD["a single lap"])
    assert "ORP needs 2 laps" in words_of(one)
    assert marked(one, "o", colours.TEXT) == {1: 20_912}
    two = card_figure(ODD["two laps"])
    assert not marked(two, "D")
    assert not marked(two, "s")
    for figure in (one, two):
        assert not any("fastest" in text or "±" in text for text in words_of(figure))
        assert "half of the laps" not in words_of(figure)


def test_a_lap_that_does_not_count_is_hollow_and_in_no_line() -> None:
    figure = card_figure(ODD["run to the loop"])
    slow, fast = axes_of(figure).get_ylim()
    (mark,) = marks(figure, "o", colours.QUIET_TEXT)
    assert mark.get_markerfacecolor() == "none"
    assert marked(figure, "o", colours.QUIET_TEXT) == {1: fast}
    assert 1 not in marked(figure, "o", colours.TEXT)
    assert {"1 not counted", "10.6"} <= set(words_of(figure))
    lines = [across(line) for line in axes_of(figure).lines]
    assert [2, 3, 4, 5] in lines
    assert slow < 15_000


def test_a_crash_sits_at_the_edge_with_its_time() -> None:
    figure = card_figure(card(run(times=(*STEADY, 95_400, *STEADY))))
    slow, _ = axes_of(figure).get_ylim()
    assert slow < 22_000
    assert marked(figure, "x") == {6: slow}
    assert "1:35.4 (+74.4)" in words_of(figure)
    near = card_figure(card(run(times=(20_000, 21_000, 20_500, 20_400, 20_600, 21_900))))
    assert marked(near, "x") == {6: 21_900}
    assert "+1.4" in words_of(near)


def test_a_whole_session_of_600_laps() -> None:
    shown = ODD["600 laps"]
    figure = card_figure(shown)
    assert "whole session · Club Race" in words_of(figure)
    assert set(marked(figure, "x")) == {
        mistake.number for mistake in find_mistakes(shown.run.laps).laps
    }
    assert list(marked(figure, "s")) == [596, 597, 598, 599, 600]
    costs = [text for text in words_of(figure) if "(+" in text]
    assert 4 <= len(costs) <= 8


def test_a_name_keeps_its_script() -> None:
    assert "日本 太郎 선수" in words_of(card_figure(ODD["CJK"]))
    assert "محمد بن سلمان" in words_of(card_figure(ODD["Arabic"]))
    (name,) = [
        text for text in texts_of(card_figure(ODD["endless names"])) if "WW" in text.get_text()
    ]
    assert name.get_text().endswith("…")


def test_one_heat_is_no_history() -> None:
    alone = card_figure(replace(card(run()), last_heats=LAST_HEATS[-1:]))
    assert "last heats" not in words_of(alone)


def test_the_file_is_a_png_three_pixels_a_point() -> None:
    shown = replace(card(REAL["driver-04"]), last_heats=LAST_HEATS)
    data = draw_card(shown)
    image = Image.open(BytesIO(data))
    assert (image.format, image.width) == ("PNG", 1_140)
    assert len(data) < 100_000
    assert draw_card(shown) == data
