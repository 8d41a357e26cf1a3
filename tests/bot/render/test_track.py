"""What the team knows of a track: section by section, at any size, with any names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from bot.limits import ALT_TEXT_LIMIT
from bot.render.alt import alt_text
from bot.render.effect import pooled_words
from bot.render.text import size
from bot.render.track import second_half_words, track
from core.caller import Person
from core.results.track import (
    ClassBests,
    ClassChanges,
    HeatPace,
    TrackBest,
    TrackDay,
    TrackKnown,
    TrackRun,
)
from core.scoring.certainty import ScoreError
from core.scoring.effects import Verdict
from core.scoring.pooling import Pooled
from core.scoring.second_half import SecondHalf

from .build import CLUB_RACE, NOON, heat, nasty_texts
from .checks import assert_fits, assert_harmless, sections_of

MAX = Person(1, "Max_M")
DAY = "<t:1777723200:d>"
POOLED = Pooled("35wt_rear", 3, 2, 3, -172.0, 240.0, 0.79, Verdict.CANNOT_TELL, 2)


def driven(name: str, score: float | None, note: str | None = None) -> TrackRun:
    error = None if score is None else ScoreError(4.6)
    return TrackRun(heat(name, "Buggy"), CLUB_RACE, NOON, 20_812, score, False, error, note)


KNOWN = TrackKnown(
    track="Arena_33",
    racer=MAX,
    is_self=True,
    bests=(
        ClassBests(
            "Buggy",
            (TrackBest(18_300, MAX, NOON), TrackBest(18_604, Person(2, "Eva"), NOON)),
        ),
        ClassBests("", (TrackBest(62_345, MAX, NOON + timedelta(days=1)),)),
    ),
    runs=(
        driven("Main", 81.3, "35wt_rear"),
        replace(driven("Q2", None), rejected=True),
        replace(driven("Q1", None), best_lap_ms=None),
        replace(driven("P1", 99.5), error=None),
    ),
    day=TrackDay(
        CLUB_RACE,
        NOON,
        (
            HeatPace(heat("Q1", "Buggy"), 0.0, 0.0),
            HeatPace(heat("Q2", "Buggy"), -214.0, 78.0),
            HeatPace(heat("Q4", "Buggy"), 3.0, 50.0),
            HeatPace(heat("Main", "Buggy"), 30.0, 121.0),
        ),
    ),
    changes=(
        ClassChanges("Buggy", (POOLED,)),
        ClassChanges(
            "",
            (
                Pooled("soft springs", 1, 1, 1, 0.0, 300.0, 0.5, Verdict.TOO_SMALL, None),
                Pooled("new tyres", 1, 1, 0, 400.0, 200.0, 0.03, Verdict.HURT, None),
            ),
        ),
    ),
    days=3,
    second_half=SecondHalf(123.0, slower=8, runs=9),
)


def test_everything_there_is() -> None:
    answer = track(KNOWN)
    assert answer.embed is not None
    assert answer.embed.title == "Arena\\_33"
    assert sections_of(answer) == {
        "Best laps": (
            f"**Buggy** 18.300 Max\\_M ({DAY}) · 18.604 Eva ({DAY})\n"
            "**No class** 1:02.345 Max\\_M (<t:1777809600:d>)"
        ),
        "Your heats here": (
            f"{DAY} Buggy Main **81.3 ±5** · fast 20.812 · 35wt\\_rear\n"
            f"{DAY} Buggy Q2 rejected · fast 20.812\n"
            f"{DAY} Buggy Q1 needs 2 laps\n"
            f"{DAY} Buggy P1 **99.5 ±?** · fast 20.812"
        ),
        "Second half of a run": "Usually 0.12 s a lap slower: in 8 of 9 runs",
        "The track over the day": (
            f"Club Race, {DAY}, everybody's laps against Buggy Q1:\n"
            "Q2 0.21 ±0.08 s faster · Q4 the same ±0.05 s · Main 0.03 ±0.12 s slower"
        ),
        "Which changes helped": (
            "**Buggy** 35wt\\_rear: 0.17 s a lap faster after what everybody gained, 3 tries by "
            "2 racers. Could be luck (2 in 10). Two more tries would tell.\n"
            "**No class** soft springs: nothing left after what everybody gained, 1 try by "
            "1 racer. Could be luck (5 in 10); too small to see in laps.\n"
            "**No class** new tyres: 0.40 s a lap slower than before, 1 try by 1 racer, with fewer "
            "than 3 others to tell it from the track. "
            "It hurt, or the track did: luck is less than 1 in 20."
        ),
    }
    assert_fits(answer)


@pytest.mark.parametrize(
    ("tries", "fields", "gap", "which"),
    [
        (3, 3, "after what everybody gained", ". "),
        (3, 1, "after what everybody gained", ", 2 of them with fewer than 3 others to tell it "),
        (3, 0, "than before", ", all with fewer than 3 others to tell it from the track. "),
        (1, 0, "than before", ", with fewer than 3 others to tell it from the track. "),
    ],
)
def test_it_is_told_where_there_were_too_few_others(
    tries: int, fields: int, gap: str, which: str
) -> None:
    told = pooled_words(replace(POOLED, tries=tries, racers=1, fields=fields))
    noun = "try" if tries == 1 else "tries"
    assert told.startswith(
        f"35wt\\_rear: 0.17 s a lap faster {gap}, {tries} {noun} by 1 racer{which}"
    )


def test_where_one_try_had_too_few_others_it_may_have_been_the_track() -> None:
    sure = replace(POOLED, verdict=Verdict.HELPED, more_tries=None, tries=3, racers=1)
    for fields, words in ((3, "It helped: luck"), (1, "It helped, or the track did: luck")):
        assert words in pooled_words(replace(sure, fields=fields))


def test_it_is_told_where_tries_contradict_one_another() -> None:
    told = pooled_words(replace(POOLED, contradict=True))
    assert told.endswith(
        "Could be luck (2 in 10): the tries contradict one another. Two more tries would tell."
    )
    told = pooled_words(replace(POOLED, contradict=True, more_tries=None))
    assert told.endswith("Could be luck (2 in 10): the tries contradict one another.")


def test_somebody_else_and_nothing_yet() -> None:
    other = track(TrackKnown("Arena", MAX, is_self=False, bests=KNOWN.bests))
    assert list(sections_of(other)) == ["Best laps", "Heats of Max\\_M here"]
    assert sections_of(other)["Heats of Max\\_M here"] == "None yet"
    nobody = track(TrackKnown("Arena_33", MAX, is_self=True))
    assert nobody.content == "Nobody has driven at **Arena\\_33** yet."
    assert nobody.embed is None


@pytest.mark.parametrize(
    ("second_half", "words"),
    [
        (SecondHalf(-70.0, 1, 6), "0.07 s a lap faster in 5 of 6 runs: could be luck"),
        (SecondHalf(-70.0, 0, 6), "Usually 0.07 s a lap faster: in 6 of 6 runs"),
        (SecondHalf(3.0, 1, 1), "As fast as the first, over 1 run"),
        (SecondHalf(1_250.0, 1, 1), "1.25 s a lap slower in 1 of 1 run: could be luck"),
    ],
)
def test_the_second_half(second_half: SecondHalf, words: str) -> None:
    assert second_half_words(second_half) == words


def test_its_picture_says_what_it_shows() -> None:
    assert alt_text(KNOWN) == (
        "Arena_33. Heats of Max_M, the latest first: Buggy Main 81.3 ±5, Buggy Q2 rejected, "
        "Buggy Q1 needs 2 laps, Buggy P1 99.5. Everybody against Buggy Q1: Q2 0.21 ±0.08 s faster, "
        "Q4 the same ±0.05 s, Main 0.03 ±0.12 s slower. Changes: 35wt_rear can't tell, "
        "soft springs too small, new tyres hurt."
    )


@given(nasty_texts, nasty_texts)
def test_any_names_fit_and_are_harmless(name: str, note: str) -> None:
    person = Person(1, name)
    bests = ClassBests(note, (TrackBest(999_999, person, NOON),) * 3)
    run = replace(driven(name, 81.3, note * 3), heat=heat(name, note))
    changes = ClassChanges(note, (replace(POOLED, setting=note or "x"),) * 30)
    known = replace(
        KNOWN,
        track=name or "x",
        racer=person,
        bests=(bests,) * 8,
        runs=(run,) * 10,
        changes=(changes,) * 4,
        is_self=False,
    )
    assert_fits(track(known))
    assert_harmless(track(known))
    assert 0 < size(alt_text(known)) <= ALT_TEXT_LIMIT
