"""The ORP card line by line, with few laps, a failed gate, a whole session; two cards compared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.card import no_laps_yet, orp_card
from core.caller import Person
from core.results.card import HeatScore, NoLapsYet
from core.results.heat import RacerRun

from .build import card, heat, nasty_texts, real_runs, run
from .checks import assert_fits, assert_harmless, description_of, sections_of, texts_of

REAL = {driven.racer.name: driven for driven in real_runs("electric-a3-main")}


def test_the_card_of_a_real_run() -> None:
    driven = replace(REAL["driver-04"], change=4.2, note="35wt rear")
    answer = orp_card(card(driven, length_s=600), is_self=True)
    assert answer.content == ""
    assert answer.embed is not None
    assert answer.embed.title == "driver-04 · Q1 · Club Race"
    assert description_of(answer) == (
        "You: 15/10:38.3. Clean: 15/10:13.8. Three mistakes cost 24.5 s.\n"
        "\n"
        "**ORP 85.5** ▲4.2 · 35wt rear\n"
        "**Avant Garde**: the setup is locked in; room to experiment\n"
        "90.09 consistency − 4.55 fade = 85.5\n"
        "Confidence not rated, counts as 3/5"
    )
    assert sections_of(answer) == {
        "Lost time": "24.5 s: lap 8 56.142 (+15.0), lap 5 46.701 (+5.5), lap 6 45.207 (+4.0)",
        "Trend": "Steady",
        "What next": (
            "The setup is locked in, but practice is short. Tune, don't pivot: oils, ride height "
            "or camber. Keep speed and consistency in balance.\n"
            "You may change: oils, ride height and camber"
        ),
        "Pace": (
            "Best 39.806 · average 42.554\n"
            "Median 41.185, half of the laps within 0.871 s of it\n"
            "Standard deviation 4.218 s\n"
            "Fade 2.28 %: top 3 40.002, last 5 40.913"
        ),
        "As LiveRC counts": (
            "15/10:38.315 · fast 39.806\n"
            "Top 5 40.167 · top 10 40.655 · top 15 42.554\n"
            "Best 3 in a row 2:01.182\n"
            "Consistency 90.43 %"
        ),
    }


def test_somebody_elses_card_has_their_name() -> None:
    assert description_of(orp_card(card(run("Max_M")))).startswith(
        "Max\\_M: 5/1:44.9. No mistakes: a clean run.\n"
    )


def test_where_a_lap_could_have_been_won_the_clean_run_has_it() -> None:
    driven = run(times=(20_000,) * 13 + (36_000,))
    first_line = description_of(orp_card(card(driven, length_s=300))).split("\n")[0]
    assert first_line == ("racer-1: 14/4:56.0. Clean: 15/5:00.0. One mistake cost 16.0 s.")


def test_more_mistakes_than_a_phone_wants_are_counted() -> None:
    driven = run(times=((20_000,) * 20 + tuple(range(30_000, 38_000, 1_000))))
    lost = sections_of(orp_card(card(driven)))["Lost time"]
    assert lost.startswith("108.0 s: lap 28 37.000 (+17.0), ")
    assert lost.endswith("lap 23 32.000 (+12.0), 2 more")


def test_a_trend_has_its_slope() -> None:
    fading = sections_of(orp_card(card(run(times=range(20_000, 21_000, 100)))))
    assert fading["Trend"] == "Fading, +0.100 s a lap"
    improving = sections_of(orp_card(card(run(times=range(21_000, 20_000, -100)))))
    assert improving["Trend"] == "Improving, −0.100 s a lap"


def test_a_failed_gate_keeps_the_figures() -> None:
    answer = orp_card(card(run(confidence=2, change=1.0, note="new tyres")))
    assert description_of(answer).split("\n")[2:] == [
        "**Rejected · not sure of the car (2/5)** · new tyres",
        "Rate the car 3 or more to be scored again.",
        "99.52 consistency − 0.00 fade, not scored",
    ]
    assert sections_of(answer)["What next"] == (
        "Change nothing on the car: trust the driver. Drive it until you are sure of it, then "
        "tune.\nYou may change: nothing"
    )


def test_few_laps_are_said_plainly() -> None:
    three = orp_card(card(run(times=(20_900, 20_950, 21_000), confidence=5)))
    assert description_of(three).split("\n")[-2:] == [
        "Confidence 5/5",
        "Only 3 laps: the score still moves a lot with every lap.",
    ]
    two = sections_of(orp_card(card(run(times=(20_900, 20_950)))))
    assert "Fade" not in two["Pace"]
    assert "Trend" not in two


def test_a_single_lap_needs_another() -> None:
    answer = orp_card(card(run(times=(20_912,))), is_self=True)
    assert description_of(answer) == "1 lap in the heat.\n\n**ORP needs 2 laps**, 1 so far."
    assert sections_of(answer) == {"As LiveRC counts": "1/0:20.912 · fast 20.912"}


def test_laps_that_do_not_count_are_mentioned() -> None:
    answer = orp_card(card(run(times=(10_600, 20_900, 20_950), left_out=(1,))))
    assert description_of(answer).endswith("\n1 of 3 laps does not count.")
    none = orp_card(card(run(times=(10_600, 10_700), left_out=(1, 2))))
    assert description_of(none).endswith(
        "**ORP needs 2 laps**, 0 so far.\n2 of 2 laps do not count."
    )


def test_a_whole_session_is_no_race() -> None:
    answer = orp_card(replace(card(run(times=(20_912, 21_044) * 10)), heat=None))
    assert answer.embed is not None
    assert answer.embed.title == "racer-1 · whole session · Club Race"
    assert description_of(answer).startswith("20 laps in the session.\n\n**ORP ")


def test_practice_rounds_allow_more() -> None:
    answer = orp_card(card(run(), practice_rounds=3))
    assert sections_of(answer)["What next"].endswith(
        "You may change: pistons, geometry, arm positions, oils, ride height and camber"
    )


def test_the_last_heats_have_their_scores_and_notes() -> None:
    shown = replace(
        card(run(note="35wt rear", change=4.2)),
        last_heats=(
            HeatScore(heat("Q1", "Buggy"), 88.5, False, None, None),
            HeatScore(heat("Q2", "Buggy"), None, True, None, "soft *springs*"),
            HeatScore(heat("Q3", "Buggy"), None, False, None, None),
            HeatScore(heat("Q4", "Buggy"), 92.7, False, 4.2, "35wt rear"),
        ),
    )
    assert sections_of(orp_card(shown))["Last heats"] == (
        "Q4 **92.7** ▲4.2 · 35wt rear\n"
        "Q3 needs 2 laps\n"
        "Q2 rejected · soft \\*springs\\*\n"
        "Q1 **88.5**"
    )
    whole = sections_of(orp_card(replace(shown, heat=None)))["Last heats"]
    assert whole.endswith("\nBuggy Q1 **88.5**")
    assert "Last heats" not in sections_of(
        orp_card(replace(shown, last_heats=shown.last_heats[-1:]))
    )


def test_the_sum_names_its_floor() -> None:
    hopeless = run(times=(1_000, 1_000, 1_000, 1_000, 1_000, 90_000))
    assert "fade = 0.0 (never below 0)" in description_of(orp_card(card(hopeless)))


@pytest.mark.parametrize("driven", REAL.values(), ids=list(REAL))
def test_every_real_card_is_well_under_the_limits(driven: RacerRun) -> None:
    answer = orp_card(card(driven, length_s=600))
    assert_fits(answer)
    assert sum(map(len, texts_of(answer))) < 1_200


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
    answer = orp_card(replace(card(driven, length_s=300), last_heats=(past,) * 6))
    assert_fits(answer)
    assert_harmless(answer)


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
