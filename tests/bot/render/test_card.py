"""The ORP card line by line, with few laps, a failed gate, a whole session; two cards compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.card import no_laps_yet, orp_card
from bot.render.card_more import card_more
from core.caller import Person
from core.results.card import HeatLaps, HeatScore, NoLapsYet, OrpCard
from core.results.heat import RacerRun
from core.scoring.advice import Scenario
from core.scoring.certainty import ScoreError

from .build import card, heat, nasty_texts, real_runs, run
from .checks import assert_fits, assert_harmless, description_of, sections_of, texts_of

# A lap time, or a share with two decimals.
FIGURE = re.compile(r"\d+\.\d{2,3}\b")
REAL = {driven.racer.name: driven for driven in real_runs("electric-a3-main")}


def lines_of(shown: OrpCard) -> list[str]:
    return description_of(orp_card(shown)).split("\n")


def test_the_card_of_a_real_run() -> None:
    driven = replace(REAL["driver-04"], change=4.2, note="35wt rear", has_moved=True)
    answer = orp_card(card(driven, length_s=600), is_self=True)
    assert answer.content == ""
    assert answer.picture_first
    assert answer.embed is not None
    assert answer.embed.title == "driver-04 · Q1 · Club Race"
    assert not answer.embed.fields
    assert description_of(answer) == (
        "You: 15/10:38.3. Clean: 15/10:13.8. Three mistakes cost 24.5 s.\n"
        "**ORP 85.5 ±5** = 90.09 consistency − 4.55 fade\n"
        "Without the three mistakes **93.9**; the advice goes by that\n"
        "**Avant Garde**: tune, don't pivot: oils, ride height or camber\n"
        "Q1 ▲4.2 · 35wt rear\n"
        "LiveRC 15/10:38.315 · fast 39.806 · average 42.554 · top 5 40.167 · top 10 40.655 · "
        "top 15 42.554 · 3 in a row 2:01.182 · 90.43 %"
    )


def test_what_stands_behind_the_card_of_a_real_run() -> None:
    answer = card_more(card(REAL["driver-04"], length_s=600))
    assert answer.embed is not None
    assert answer.embed.title == "driver-04 · Q1 · Club Race"
    assert sections_of(answer) == {
        "Why": (
            "The setup is locked in, but practice is short: nothing that needs a day to get used "
            "to. Keep speed and consistency in balance.\n"
            "Confidence in the car: not rated, counts as 3/5"
        ),
        "Mistakes": "lap 8 56.142 (+15.0), lap 5 46.701 (+5.5), lap 6 45.207 (+4.0)",
        "Trend": "No trend",
        "Pace": (
            "Median 41.185, half of the laps within 0.871 s of it\n"
            "Standard deviation 4.218 s · slowest 56.142\n"
            "Fade 2.28 %: top 3 40.002, last 5 40.913"
        ),
        "Laps": (
            "40.994 40.731 40.272 40.179 46.701 45.207 41.662 56.142 42.056 39.806 41.541 40.554 "
            "41.185 40.022 41.263"
        ),
    }


def test_somebody_elses_card_has_their_name() -> None:
    assert lines_of(card(run("Max_M")))[0] == "Max\\_M: 5/1:44.9. No mistakes: a clean run."


def test_without_a_note_the_change_stands_beside_the_score() -> None:
    lines = lines_of(card(run(change=-0.8)))
    assert lines[1] == "**ORP 99.5 ±?** (▼0.8) = 99.52 consistency − 0.00 fade"
    assert len(lines) == 4
    first = lines_of(card(run(note="35wt rear")))
    assert first[3] == "Q1 · 35wt rear"


def test_where_a_lap_could_have_been_won_the_clean_run_has_it() -> None:
    driven = run(times=(20_000,) * 13 + (36_000,))
    first_line = lines_of(card(driven, length_s=300))[0]
    assert first_line == ("racer-1: 14/4:56.0. Clean: 15/5:00.0. One mistake cost 16.0 s.")


def test_two_crashes_in_a_steady_run_do_not_give_up_speed() -> None:
    times = [20_000 + 75 * (-1) ** lap for lap in range(12)]
    times[4], times[8] = 26_000, 28_000
    driven = run(times=times)
    assert driven.orp is not None
    shown = card(replace(driven, orp=replace(driven.orp, scenario=Scenario.A)))
    score, without, advice = lines_of(shown)[1:4]
    assert score == "**ORP 70.4 ±19** = 86.93 consistency − 16.51 fade"
    assert without == "Without the two mistakes **99.6**; the advice goes by that"
    assert advice == (
        "**Avant Garde**: room to experiment: pistons, geometry, arm positions, oils, ride height "
        "or camber"
    )
    assert "Give up" not in sections_of(card_more(shown))["Why"]


def test_more_mistakes_than_a_phone_wants_are_counted() -> None:
    driven = run(times=((20_000,) * 20 + tuple(range(30_000, 38_000, 1_000))))
    lost = sections_of(card_more(card(driven)))["Mistakes"]
    assert lost.startswith("lap 28 37.000 (+17.0), ")
    assert lost.endswith("lap 23 32.000 (+12.0), 2 more")


def test_a_trend_has_its_slope() -> None:
    fading = sections_of(card_more(card(run(times=range(20_000, 21_000, 100)))))
    assert fading["Trend"] == "Fading, +0.100 s a lap"
    improving = sections_of(card_more(card(run(times=range(21_000, 20_000, -100)))))
    assert improving["Trend"] == "Improving, −0.100 s a lap"


def test_a_failed_gate_keeps_the_figures() -> None:
    shown = card(run(confidence=2, note="new tyres"))
    assert lines_of(shown)[1:4] == [
        "**Rejected · not sure of the car (2/5)**: rate it 3 or more to be scored again",
        "Change nothing on the car, drive it until you are sure of it",
        "Q1 · new tyres",
    ]
    assert sections_of(card_more(shown))["Why"] == (
        "A setup cannot be judged by a driver who is not sure of the car.\n"
        "99.52 consistency − 0.00 fade, not scored"
    )


def test_few_laps_are_said_plainly() -> None:
    three = card(run(times=(20_900, 20_950, 21_000), confidence=5))
    assert lines_of(three)[1] == (
        "**ORP 99.8 ±?** = 99.76 consistency − 0.00 fade · only 3 laps: it still moves a lot"
    )
    assert sections_of(card_more(three))["Why"].endswith("\nConfidence in the car: 5/5")
    two = sections_of(card_more(card(run(times=(20_900, 20_950)))))
    assert "Fade" not in two["Pace"]
    assert "Trend" not in two


def test_a_single_lap_needs_another() -> None:
    shown = card(run(times=(20_912,)))
    assert lines_of(shown) == [
        "**ORP needs 2 laps**, 1 so far",
        "LiveRC 1/0:20.912 · fast 20.912",
    ]
    assert sections_of(card_more(shown)) == {"Laps": "20.912"}


def test_laps_that_do_not_count_are_mentioned() -> None:
    shown = card(run(times=(10_600, 20_900, 20_950), left_out=(1,)))
    assert sections_of(card_more(shown))["Laps · 1 of 3 does not count"] == (
        "~~10.600~~ 20.900 20.950"
    )
    none = card(run(times=(10_600, 10_700), left_out=(1, 2)))
    assert lines_of(none) == ["**ORP needs 2 laps**, 0 so far", "LiveRC 2/0:21.300"]
    assert list(sections_of(card_more(none))) == ["Laps · 2 of 2 do not count"]


def whole_session(*parts: HeatLaps, times: Sequence[int]) -> OrpCard:
    return replace(card(run(times=times)), heat=None, laps_by_heat=parts)


def test_a_whole_session_is_no_race_and_names_its_laps_by_heat() -> None:
    times = (20_912, 21_044) * 5 + (20_912, 21_044, 25_000, 21_044)
    shown = whole_session(HeatLaps(heat("Q1"), 10), HeatLaps(heat("Q2"), 4), times=times)
    answer = orp_card(shown)
    assert answer.embed is not None
    assert answer.embed.title == "racer-1 · whole session · Club Race"
    assert lines_of(shown)[0] == "Q1 10 laps · Q2 4 laps"
    sections = sections_of(card_more(shown))
    assert sections["Mistakes"] == "4.0 s: Q2 lap 3 25.000 (+4.0)"
    assert sections["Laps"] == (
        "Q1: 20.912 21.044 20.912 21.044 20.912 21.044 20.912 21.044 20.912 21.044\n"
        "Q2: 20.912 21.044 25.000 21.044"
    )


def test_heats_of_several_classes_have_their_class_in_front() -> None:
    parts = HeatLaps(heat("Q1", "Buggy"), 1), HeatLaps(heat("Q1", "Truggy*"), 2)
    shown = whole_session(*parts, times=(20_000, 20_100, 20_200))
    assert lines_of(shown)[0] == "Buggy Q1 1 lap · Truggy\\* Q1 2 laps"
    one_class = whole_session(parts[0], replace(parts[0], laps=2), times=(20_000, 20_100, 20_200))
    assert lines_of(one_class)[0] == "Q1 1 lap · Q1 2 laps"


def test_laps_of_two_heats_are_not_in_a_row() -> None:
    times = (20_000, 20_000, 20_000, 20_000, 21_000)
    one_heat = whole_session(HeatLaps(heat("Q1"), 5), times=times)
    two_heats = whole_session(HeatLaps(heat("Q1"), 2), HeatLaps(heat("Q2"), 3), times=times)
    assert "3 in a row 1:00.000" in lines_of(one_heat)[-1]
    assert "3 in a row 1:01.000" in lines_of(two_heats)[-1]
    short = whole_session(HeatLaps(heat("Q1"), 3), HeatLaps(heat("Q2"), 2), times=times)
    assert "3 in a row 1:00.000" in lines_of(short)[-1]


def test_the_last_heats_have_their_scores_and_notes() -> None:
    shown = replace(
        card(run(note="35wt rear", change=4.2)),
        last_heats=(
            HeatScore(heat("Q1", "Buggy"), 88.5, False, None, None, False, ScoreError(3.6)),
            HeatScore(heat("Q2", "Buggy"), None, True, None, "soft *springs*"),
            HeatScore(heat("Q3", "Buggy"), None, False, None, None),
            HeatScore(heat("Q4", "Buggy"), 92.7, False, 4.2, "35wt rear", True),
        ),
    )
    assert sections_of(card_more(shown))["Heats before"] == (
        "Q3 needs 2 laps\nQ2 rejected · soft \\*springs\\*\nQ1 **88.5 ±4**"
    )
    whole = sections_of(card_more(replace(shown, heat=None)))["Heats"]
    assert whole.startswith("Buggy Q4 **92.7 ±?** ▲4.2 · 35wt rear\n")
    assert whole.endswith("\nBuggy Q1 **88.5 ±4**")
    assert "Heats before" not in sections_of(
        card_more(replace(shown, last_heats=shown.last_heats[-1:]))
    )


def test_the_sum_names_its_floor() -> None:
    hopeless = run(times=(1_000, 1_000, 1_000, 1_000, 1_000, 90_000))
    assert lines_of(card(hopeless))[1] == (
        "**ORP 0.0 ±83** = 0.00 consistency − 20.00 fade (never below 0)"
    )


@pytest.mark.parametrize("driven", REAL.values(), ids=list(REAL))
def test_every_real_card_is_well_under_the_limits(driven: RacerRun) -> None:
    answer = orp_card(card(driven, length_s=600))
    assert_fits(answer)
    assert description_of(answer).count("\n") <= 5
    assert sum(map(len, texts_of(answer))) < 600
    assert_fits(card_more(card(driven, length_s=600)))


@pytest.mark.parametrize("driven", REAL.values(), ids=list(REAL))
def test_nothing_stands_twice(driven: RacerRun) -> None:
    """Neither a lap time nor a score of the card is told again behind it, but among all laps."""
    sections = sections_of(card_more(card(driven, length_s=600)))
    laps = set(sections.pop("Laps").split())
    behind = set(FIGURE.findall(" ".join(sections.values()))) - laps
    assert behind
    assert not behind & set(FIGURE.findall(" ".join(lines_of(card(driven, length_s=600)))))


@given(
    nasty_texts,
    nasty_texts,
    st.lists(st.integers(1, 999_999), min_size=1, max_size=12),
    st.none() | st.integers(1, 5),
)
def test_any_card_fits_and_is_harmless(
    name: str, note: str, times: list[int], confidence: int | None
) -> None:
    driven = run(name, times, note=note, confidence=confidence, change=-1.0)
    past = HeatScore(heat(name or "Q1", note), 92.7, False, -1.0, note)
    shown = replace(card(driven, length_s=300), last_heats=(past,) * 6)
    parts = tuple(HeatLaps(heat(name or "Q1", note), 1) for _ in times)
    whole = replace(shown, heat=None, laps_by_heat=parts)
    for answer in (orp_card(shown), card_more(shown), orp_card(whole), card_more(whole)):
        assert_fits(answer)
        assert_harmless(answer)
        assert answer.embed is not None
        assert len((answer.embed.description or "").split("\n")) <= 6


def test_a_first_card_greets_above_it() -> None:
    first = orp_card(replace(card(run()), welcome=True))
    assert first.content.startswith("👋 Type a run like ")
    assert orp_card(card(run())) == replace(first, content="")


def test_without_laps_the_card_explains_itself() -> None:
    assert no_laps_yet(NoLapsYet(Person(1, "Max"), is_self=True)).content == (
        "You have no laps here yet.\n"
        "Type a run like `/lap times: 20.9 21.4 20.8 22.1 21.0`, or paste a list.\n"
        "**ORP** (Optimal Race Pace, 0 to 100) tells how well you repeat your pace: it drops when "
        "laps scatter and when you fade.\n"
        "Those five laps make ORP **94.2**, Avant Garde: the setup is locked in; room to "
        "experiment."
    )
    other = no_laps_yet(NoLapsYet(Person(1, "Max_M"), is_self=False))
    assert other.content.startswith("**Max\\_M** has no laps here yet.\n")
