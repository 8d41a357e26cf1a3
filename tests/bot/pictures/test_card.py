"""The picture of an ORP card: every number is the stored one, every mark at its lap."""

from __future__ import annotations

import random
from dataclasses import replace
from uuid import UUID

import pytest

from bot import colours
from bot.pictures.card import card_picture, draw_card
from bot.pictures.look import Picture
from core.laps import median
from core.laptimes import format_lap
from core.results.card import HeatLaps, HeatScore, OrpCard
from core.results.heat import RacerRun
from core.results.refs import HeatRef
from core.scoring.certainty import ScoreError
from core.scoring.mistakes import find_mistakes
from tests.bot.render.build import STEADY, card, heat, real_runs, run

from .seen import assert_readable, opened, rects_of, seen_in, text_of, texts_of, words_of

REAL = {driven.racer.name: driven for driven in real_runs("electric-a3-main")}
THIS = replace(heat("Main"), id=UUID(int=99))

LAST_HEATS = (
    HeatScore(heat("P1"), 71.2, False, None, "stock setup"),
    HeatScore(heat("Q1"), None, True, None, "soft springs all round, new tyres, much less rebound"),
    HeatScore(heat("Q2"), None, False, None, None),
    HeatScore(heat("Q3"), 81.3, False, 10.1, None, True, ScoreError(4.4)),
    HeatScore(THIS, 85.5, False, -4.2, "35wt rear", False, ScoreError(20.0)),
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


def marks(picture: Picture, tag: str, colour: str) -> int:
    """How many marks of a kind and colour there are, without that in the key."""
    found = [seen for seen in seen_in(picture, tag, colour) if seen.middle[1] > 150]
    return len(found)


def crosses(picture: Picture) -> int:
    lines = seen_in(picture, "polyline", colours.MISTAKE)
    sloped = [line for line in lines if line.points[0][0] != line.points[1][0]]
    return len([line for line in sloped if line.points[0][1] > line.points[1][1]])


def test_a_real_card_in_full() -> None:
    driven = replace(REAL["driver-04"], change=-4.2, has_moved=False, note="35wt rear")
    picture = card_picture(replace(card(driven), heat=THIS, last_heats=LAST_HEATS))
    words = words_of(picture)
    for shown in (
        *("driver-04", "Main · Club Race", "85.5", "±5", "Avant Garde"),
        "−4.2 since the heat before",
        *("90.09 consistency − 4.55 fade = 85.5", "confidence not rated"),
        *("3 fastest 40.002", "last 5 40.913 (fade 2.28 %)", "3 mistakes 24.5 s"),
        *("median", "41.185", "±0.871", "half of the laps"),
        *("P1", "71.2", "stock setup", "Q1", "rejected", "Q2", "needs 2 laps"),
        *("Q3", "81.3", "▲10.1", "Main", "85.5", "−4.2", "35wt rear"),
    ):
        assert shown in words
    assert words.count("85.5") == 2
    assert marks(picture, "polygon", colours.FASTEST) == 3
    assert marks(picture, "polygon", colours.LAST) == 5
    assert crosses(picture) == 3 + 1, "and its key"
    assert_readable(picture)


@pytest.mark.parametrize("driven", REAL.values(), ids=list(REAL))
def test_every_number_is_the_stored_one(driven: RacerRun) -> None:
    picture = card_picture(card(driven))
    words, orp = words_of(picture), driven.orp
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
    assert format_lap(round(median(lap.time_ms for lap in driven.laps))) in words
    mistakes = find_mistakes(driven.laps)
    assert crosses(picture) == mistakes.count + bool(mistakes.count)
    costs = [float(text[1:]) for text in words if text.startswith("+")]
    assert sum(costs) == pytest.approx(mistakes.lost_ms / 1000, abs=0.06 * len(costs) + 0.01)
    # Every lap that counts has a place in the line, the faster the higher.
    (line,) = [
        line
        for line in seen_in(picture, "polyline", colours.QUIET_TEXT)
        if len(line.points) == len(driven.laps)
    ]
    heights = {lap.time_ms: y for lap, (_, y) in zip(driven.laps, line.points, strict=True)}
    by_time = [heights[time_ms] for time_ms in sorted(heights)]
    assert by_time == sorted(by_time)
    assert [x for x, _ in line.points] == sorted(x for x, _ in line.points)
    assert_readable(picture)


@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_no_text_covers_another_or_is_cut_off(odd: OrpCard) -> None:
    assert_readable(card_picture(odd))


def test_the_gauge_is_as_long_as_the_score_in_the_strategys_colour() -> None:
    for times, colour in (
        (STEADY, colours.GREEN),
        ((20_000, 20_000, 26_000, 20_000, 20_000), colours.SKY),
        ((20_000, 30_000, 20_000, 25_000), colours.ORANGE),
    ):
        driven = run(times=times)
        assert driven.orp is not None
        assert driven.orp.strategy is not None
        picture = card_picture(card(driven))
        (bar,) = [rect for rect in rects_of(picture, colour) if rect["fill-opacity"] == 1]
        assert bar["width"] == pytest.approx(360 * driven.orp.orp_score / 100, abs=0.01)
        assert text_of(picture, f"{driven.orp.orp_score:.1f}").colour == colour
        assert text_of(picture, driven.orp.strategy.label).colour == colour


def test_the_bars_of_the_last_heats_are_as_long_as_their_scores() -> None:
    picture = card_picture(replace(card(run()), heat=THIS, last_heats=LAST_HEATS))
    _, this = [rect for rect in rects_of(picture, colours.GREEN) if rect["fill-opacity"] == 1]
    before = [rect for rect in rects_of(picture, colours.QUIET_TEXT) if rect["fill-opacity"] == 1]
    widths = [rect["width"] for rect in (*before, this)]
    assert widths == pytest.approx([0.8 * score for score in (71.2, 81.3, 85.5)])


def test_how_sure_a_score_is_is_a_line_on_its_bar_within_the_scale() -> None:
    driven = REAL["driver-04"]
    assert driven.orp is not None
    assert driven.error is not None
    picture = card_picture(replace(card(driven), heat=THIS, last_heats=LAST_HEATS))
    lines = [[x for x, _ in line.points] for line in seen_in(picture, "polyline", colours.WHITE)]
    score, sure = driven.orp.orp_score, driven.error.points
    assert lines == [
        pytest.approx([10 + 3.6 * (score - sure), 10 + 3.6 * (score + sure)], abs=0.01),
        pytest.approx([82 + 0.8 * (81.3 - 4.4), 82 + 0.8 * (81.3 + 4.4)], abs=0.01),
        pytest.approx([82 + 0.8 * (85.5 - 20), 82 + 80], abs=0.01),
    ]
    few = card_picture(card(run(times=STEADY)))
    assert "±?" in words_of(few)
    assert not seen_in(few, "polyline", colours.WHITE)


def test_a_failed_gate_has_no_score_but_the_figures() -> None:
    picture = card_picture(ODD["rejected"])
    words = words_of(picture)
    assert "Rejected · not sure of the car (2/5)" in words
    assert "confidence 2/5" in words
    assert any(text.endswith(" fade, not scored") for text in words)
    for colour in (colours.GREEN, colours.SKY, colours.ORANGE):
        assert all(rect["fill-opacity"] < 1 for rect in rects_of(picture, colour))
    assert crosses(picture) == 1 + 1, "and its key"


def test_few_laps_are_said_plainly() -> None:
    one = card_picture(ODD["a single lap"])
    assert "ORP needs 2 laps" in words_of(one)
    assert marks(one, "circle", colours.TEXT) == 1
    two = card_picture(ODD["two laps"])
    assert not marks(two, "polygon", colours.FASTEST)
    for picture in (one, two):
        assert not any("fastest" in text or "±0" in text for text in words_of(picture))
        assert "half of the laps" not in words_of(picture)


def test_a_lap_that_does_not_count_is_hollow_and_in_no_line() -> None:
    picture = card_picture(ODD["run to the loop"])
    hollow = [mark for mark in seen_in(picture, "circle", colours.QUIET_TEXT) if mark.hollow]
    assert len(hollow) == 2, "the lap and its key"
    assert {"1 not counted", "10.6"} <= set(words_of(picture))
    lines = [len(line.points) for line in seen_in(picture, "polyline", colours.QUIET_TEXT)]
    assert 4 in lines
    assert 5 not in lines


def test_a_crash_sits_at_the_edge_with_what_it_cost() -> None:
    picture = card_picture(card(run(times=(*STEADY, 95_400, *STEADY))))
    assert "+74.4" in words_of(picture)
    assert "21.0" in words_of(picture), "the others have the plot to themselves"
    near = card_picture(card(run(times=(20_000, 21_000, 20_500, 20_400, 20_600, 21_900))))
    assert "+1.4" in words_of(near)


def test_a_whole_session_of_600_laps() -> None:
    shown = ODD["600 laps"]
    picture = card_picture(shown)
    assert "whole session · Club Race" in words_of(picture)
    mistakes = find_mistakes(shown.run.laps)
    assert crosses(picture) == mistakes.count + 1
    costs = [float(text[1:]) for text in words_of(picture) if text.startswith("+")]
    assert sum(costs) == pytest.approx(mistakes.lost_ms / 1000, abs=0.06 * len(costs))


def test_a_line_stands_between_two_heats_of_a_session_and_their_names_above() -> None:
    heats = [HeatRef(UUID(int=at), name, "Buggy") for at, name in enumerate(("P1", "Q1", "Q2"))]
    parts = tuple(HeatLaps(heat, laps) for heat, laps in zip(heats, (3, 4, 3), strict=True))
    shown = replace(card(run(times=STEADY * 2)), heat=None, laps_by_heat=parts)
    picture = card_picture(shown)
    assert_readable(picture)
    names = [text for text in texts_of(picture) if text.words in {"P1", "Q1", "Q2"}]
    assert [text.words for text in names] == ["P1", "Q1", "Q2"]
    laps = seen_in(picture, "circle", colours.LAP)
    upright = [
        line.points[0][0]
        for line in seen_in(picture, "polyline", colours.QUIET_TEXT)
        if line.points[0][0] == line.points[-1][0]
    ]
    first, second = upright
    places = sorted(mark.middle[0] for mark in laps)
    assert places[0] < first < second < places[-1]
    assert names[0].right < first < names[1].left < names[1].right < second < names[2].left
    # Of one heat nothing is marked, and of several classes each is named.
    one = card_picture(replace(shown, laps_by_heat=parts[:1]))
    assert "P1" not in words_of(one)
    truggy = replace(heats[2], class_name="Truggy")
    both = card_picture(replace(shown, laps_by_heat=(parts[0], HeatLaps(truggy, 7))))
    assert {"Buggy P1", "Truggy Q2"} <= set(words_of(both))


def test_a_name_keeps_its_script() -> None:
    assert "日本 太郎 선수" in words_of(card_picture(ODD["CJK"]))
    assert "محمد بن سلمان" in words_of(card_picture(ODD["Arabic"]))
    (name,) = [text for text in texts_of(card_picture(ODD["endless names"])) if "WW" in text.words]
    assert name.words.endswith("…")


def test_one_heat_is_no_history() -> None:
    alone = card_picture(replace(card(run()), last_heats=LAST_HEATS[-1:]))
    assert "last heats" not in words_of(alone)


def test_the_file_is_a_png_two_pixels_a_point() -> None:
    shown = replace(card(REAL["driver-04"]), last_heats=LAST_HEATS)
    data = draw_card(shown)
    assert opened(data).width == 760
    assert len(data) < 100_000
    assert draw_card(shown) == data
