"""What several tries of a setting say together."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.scoring.effects import Outing, Verdict, find_effect
from core.scoring.pace import Pace
from core.scoring.pooling import Try, pool, tries_of

NEW = "35wt rear"

effects = st.integers(-1_000, 1_000).map(float)
errors = st.floats(50, 1_000)
tries = st.builds(Try, st.just(NEW), effects, errors, st.just(20_000.0))


def outing(ms: float, note: str | None = None) -> Outing:
    return Outing(note, Pace(ms, 100.0), {})


# Two tries, −300 give or take 300 and −100 give or take 400, of 20 s laps.
#   Weights 1/90,000 and 1/160,000: together 0.0000173611, so the variance is 57,600, the root 240.
#   Mean: 57,600 · (−300/90,000 − 100/160,000) = −192 − 36 = −228.
#   Prior: 400, squared 160,000. Believed: 160,000/217,600 = 0.735294: −167.647, give or take
#   √(0.735294 · 57,600) = 205.798. 167.647/205.798 = 0.81462: 79.24 %.
#   90 % is 1.28155. With N more: v = 57,600 · 2/(2 + N), 228 · 400/√(v · (v + 160,000)):
#   N = 2, 28,800: 1.2367; N = 3, 23,040: 1.4045. So three more tell.
def test_worked_by_hand() -> None:
    first, second = Try(NEW, -300.0, 300.0, 20_000.0), Try("35WT  rear", -100.0, 400.0, 20_000.0)
    (pooled,) = pool([("Ann", first), ("Ben", second)])
    assert (pooled.setting, pooled.tries, pooled.racers) == (NEW, 2, 2)
    assert pooled.effect_ms == pytest.approx(-228)
    assert pooled.error_ms == pytest.approx(240)
    assert pooled.chance_faster == pytest.approx(0.7924, abs=0.0001)
    assert pooled.chance_of_luck == pytest.approx(0.2076, abs=0.0001)
    assert (pooled.verdict, pooled.more_tries) == (Verdict.CANNOT_TELL, 3)


# Three tries that are 1 s apart, each give or take 200: their mean is 0, and χ² = 5² + 0 + 5² is
#   25 times its two degrees of freedom. So each is as sure as one give or take 5 · 200 = 1,000:
#   together 1,000/√3 = 577.35, and not 200/√3 = 115.47.
def test_tries_that_contradict_one_another_are_less_sure() -> None:
    apart = [Try(NEW, effect, 200.0, 20_000.0) for effect in (-1_000.0, 0.0, 1_000.0)]
    (pooled,) = pool([("Ann", each) for each in apart])
    assert pooled.effect_ms == pytest.approx(0, abs=1e-9)
    assert pooled.error_ms == pytest.approx(577.35, abs=0.005)
    # What two of them agree on, the third takes back.
    (agreed,) = pool([("Ann", Try(NEW, -500.0, 200.0, 20_000.0))] * 2)
    assert agreed.verdict is Verdict.HELPED
    (contradicted,) = pool(
        [("Ann", Try(NEW, effect, 200.0, 20_000.0)) for effect in (-500.0, -500.0, 500.0)]
    )
    # It is not too small: nobody can tell.
    assert (contradicted.verdict, contradicted.contradict) == (Verdict.CANNOT_TELL, True)
    assert not agreed.contradict
    # That they differ by less than chance allows is no reason.
    alike = [Try(NEW, effect, 400.0, 20_000.0) for effect in (-20.0, 0.0, 20.0)]
    (small,) = pool([("Ann", each) for each in alike])
    assert (small.verdict, small.contradict) == (Verdict.TOO_SMALL, False)


def test_different_settings_stay_apart_in_the_order_they_were_tried() -> None:
    found = pool([("Ann", Try(name, 10.0, 100.0, 20_000.0)) for name in ("B", "A", "b")])
    assert [(each.setting, each.tries, each.racers) for each in found] == [("B", 2, 1), ("A", 1, 1)]


@given(st.lists(tries, min_size=1, max_size=5))
def test_more_tries_are_surer_and_lie_between_them(found: list[Try]) -> None:
    (pooled,) = pool([("Ann", each) for each in found])
    measured = [each.effect_ms for each in found]
    assert min(measured) - 1e-6 <= pooled.effect_ms <= max(measured) + 1e-6
    # The surest of them adds to it, unless they contradict one another.
    surest = min(each.error_ms for each in found)
    disagree = sum(((each.effect_ms - pooled.effect_ms) / each.error_ms) ** 2 for each in found)
    assert pooled.error_ms <= surest * max(1, sqrt(disagree / max(1, len(found) - 1))) + 1e-6
    assert (pooled.chance_faster > 0.5) is (pooled.effect_ms < -1e-6) or abs(
        pooled.effect_ms
    ) < 1e-6


def test_it_is_told_how_often_there_were_others() -> None:
    alone = Try(NEW, -100.0, 100.0, 20_000.0, has_field=False)
    (pooled,) = pool([("Ann", alone), ("Ann", replace(alone, has_field=True)), ("Ben", alone)])
    assert (pooled.tries, pooled.racers, pooled.fields) == (3, 2, 1)


@given(tries)
def test_one_try_alone_is_what_it_was(tried: Try) -> None:
    (pooled,) = pool([("Ann", tried)])
    assert pooled.effect_ms == pytest.approx(tried.effect_ms)
    assert pooled.error_ms == pytest.approx(tried.error_ms)


@given(tries, st.integers(2, 6))
def test_as_many_equal_tries_are_so_much_surer(tried: Try, times: int) -> None:
    (pooled,) = pool([("Ann", tried)] * times)
    assert pooled.error_ms == pytest.approx(tried.error_ms / sqrt(times))


# What a racer found out on a day


def test_a_way_there_and_back_is_one_try_with_all_its_runs() -> None:
    day = [outing(20_000), outing(19_700, NEW), outing(20_100, "back"), outing(19_600, NEW)]
    effect = find_effect(day, 1.0)
    assert effect is not None
    (tried,) = tries_of(day, 1.0)
    assert tried == Try(NEW, effect.effect_ms, effect.error_ms, effect.pace_ms, has_field=False)
    assert (effect.runs_before, effect.runs_after) == (2, 2)


def test_a_racer_who_went_back_tells_of_what_was_left() -> None:
    day = [outing(20_000), outing(19_700, NEW), outing(20_100, "back")]
    effect = find_effect(day, 1.0)
    assert effect is not None
    assert effect.effect_ms > 0, "back was slower"
    (tried,) = tries_of(day, 1.0)
    assert (tried.setting, tried.effect_ms) == (NEW, -effect.effect_ms)


def test_each_change_of_a_day_is_a_try() -> None:
    day = [outing(20_000), outing(19_700, "A"), outing(19_600, "B"), outing(19_500, "C")]
    assert [tried.setting for tried in tries_of(day, 1.0)] == ["A", "B", "C"]
    assert tries_of([outing(20_000), outing(19_000)], 1.0) == []
