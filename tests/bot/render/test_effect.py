"""Did it help? The sentence, for every verdict, and where it stands: card and wrap-up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.render.card import orp_card
from bot.render.card_more import card_more
from bot.render.effect import effect_words
from bot.render.summary import wrap_up
from core.results.card import OrpCard
from core.results.standings import StandingCell
from core.scoring.effects import Effect, Field, Outing, Verdict, find_effect
from core.scoring.fade import Fade
from core.scoring.pace import Pace

from .build import card, cell, class_of, run, session, standings_of
from .checks import assert_fits, description_of, sections_of

FIELD = Field(change_ms=-140.0, error_ms=60.0, drivers=7)
# As in the specification.
EFFECT = Effect(
    before="as it was",
    after="35wt rear",
    runs_before=2,
    runs_after=1,
    change_ms=-312.0,
    field=FIELD,
    effect_ms=-172.0,
    error_ms=320.0,
    pace_ms=20_000.0,
    chance_faster=0.69,
    verdict=Verdict.CANNOT_TELL,
    more_runs=4,
)
SENTENCE = (
    "0.31 s a lap faster than before, 0.17 after what everybody gained. Could be luck (3 in 10). "
    "Four more runs each way would tell."
)


def test_the_sentence_is_that_of_the_specification() -> None:
    assert effect_words(EFFECT) == SENTENCE


@pytest.mark.parametrize(
    ("chance", "verdict", "more_runs", "words"),
    [
        (0.97, Verdict.HELPED, None, "It helped: luck is less than 1 in 20."),
        (0.02, Verdict.HURT, None, "It hurt: luck is less than 1 in 20."),
        (0.94, Verdict.LOOKS_HELPED, None, "Looks like it helped; could be luck (1 in 10)."),
        (0.09, Verdict.LOOKS_HURT, None, "Looks like it hurt; could be luck (1 in 10)."),
        (
            0.88,
            Verdict.CANNOT_TELL,
            1,
            "Could be luck (1 in 10). One more run each way would tell.",
        ),
        (0.45, Verdict.TOO_SMALL, None, "Could be luck (4 in 10); too small to see in laps."),
    ],
)
def test_each_verdict(chance: float, verdict: Verdict, more_runs: int | None, words: str) -> None:
    effect = replace(EFFECT, chance_faster=chance, verdict=verdict, more_runs=more_runs)
    assert effect_words(effect).endswith(f" after what everybody gained. {words}")


@pytest.mark.parametrize(
    ("change_ms", "field_ms", "effect_ms", "words"),
    [
        (
            -312.0,
            140.0,
            -452.0,
            "0.31 s a lap faster than before, 0.45 after what everybody lost. ",
        ),
        (
            -100.0,
            -140.0,
            40.0,
            "0.10 s a lap faster than before, but 0.04 s a lap slower after what everybody ",
        ),
        (140.0, 0.0, 140.0, "0.14 s a lap slower than before, 0.14 after what everybody gained. "),
        (-140.0, -140.0, 0.0, "0.14 s a lap faster than before, nothing after what everybody "),
        (-4.0, -140.0, 136.0, "As fast as before, but 0.14 s a lap slower after what everybody "),
    ],
)
def test_what_everybody_gained_is_always_told(
    change_ms: float, field_ms: float, effect_ms: float, words: str
) -> None:
    field = replace(FIELD, change_ms=field_ms)
    effect = replace(EFFECT, change_ms=change_ms, field=field, effect_ms=effect_ms)
    assert effect_words(effect).startswith(words)


def test_without_others_it_is_said_that_the_track_may_have_changed() -> None:
    outings = [
        Outing(note, Pace(ms, 90.0), {}) for note, ms in ((None, 20_100.0), ("up", 19_900.0))
    ]
    effect = find_effect(outings, 1.0)
    assert effect is not None
    assert effect_words(effect) == (
        "0.20 s a lap faster than before; fewer than 3 others to tell it from the track. "
        "Could be luck (3 in 10). Four more runs each way would tell."
    )


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.HELPED, "It helped, or the track did: luck is less than 1 in 20."),
        (Verdict.HURT, "It hurt, or the track did: luck is less than 1 in 20."),
        (Verdict.LOOKS_HELPED, "Looks like it helped, or the track did; could be luck (1 in 10)."),
        (Verdict.LOOKS_HURT, "Looks like it hurt, or the track did; could be luck (1 in 10)."),
    ],
)
def test_without_others_it_may_have_been_the_track_that_did_it(
    verdict: Verdict, words: str
) -> None:
    effect = replace(EFFECT, field=None, verdict=verdict, chance_faster=0.93, more_runs=None)
    assert effect_words(effect).endswith(f" to tell it from the track. {words}")


# On the card


def lines_of(shown: OrpCard) -> list[str]:
    return description_of(orp_card(shown)).split("\n")


def test_the_card_has_it_behind_the_note() -> None:
    shown = replace(card(run(change=4.1, has_moved=False, note="35wt_rear")), effect=EFFECT)
    assert lines_of(shown)[-2] == f"Q1 +4.1 · 35wt\\_rear: {SENTENCE}"
    assert len(lines_of(shown)) <= 6
    assert_fits(orp_card(shown))


def test_a_run_without_a_note_has_that_of_the_setting_it_was_driven_with() -> None:
    shown = replace(card(run(change=4.1)), effect=replace(EFFECT, after="35wt_rear"))
    assert "▲4.1" in lines_of(shown)[1]
    assert lines_of(shown)[-2] == f"35wt\\_rear: {SENTENCE}"


def test_what_was_compared_stands_behind_the_card() -> None:
    told = sections_of(card_more(replace(card(run(note="35wt_rear")), effect=EFFECT)))
    assert told["Did it help?"] == (
        "35wt rear (1 run) against as it was (2 runs)\n"
        "7 others drove both times, the middle one 0.14 s a lap faster\n"
        "Measured to ±0.32 s a lap\n"
        "Back to the old setting and again tells more than longer runs"
    )
    sure = replace(EFFECT, field=None, after="35wt_rear", more_runs=None)
    assert sections_of(card_more(replace(card(run()), effect=sure)))["Did it help?"] == (
        "35wt\\_rear (1 run) against as it was (2 runs)\nMeasured to ±0.32 s a lap"
    )
    assert "Did it help?" not in sections_of(card_more(card(run())))


def test_no_sign_where_a_change_is_none() -> None:
    assert lines_of(card(run(change=0.0, has_moved=False)))[1].startswith(
        "**ORP 99.5 ±?** (0.0) = "
    )


@pytest.mark.parametrize(
    ("fade", "words"),
    [
        (Fade(14.2, 11.3, False), "any order of these laps would cost that"),
        (Fade(14.2, 11.3, False), ": 11 of it is scatter, "),
        (
            Fade(14.2, 15.0, False),
            ": all of it is scatter, any order of these laps would cost that",
        ),
        # Never more of it than there is.
        (Fade(10.6, 10.55, False), ": all of it is scatter, "),
        (Fade(10.6, 10.05, False), ": 10 of it is scatter, "),
        (Fade(14.2, 6.4, True), ": 6 of it is scatter, the rest real fade"),
        (Fade(14.2, 13.8, True), ": real fade, but any order of these laps would cost as much"),
        (Fade(20.0, 20.0, True), ": real fade, but any order of these laps would cost as much"),
        (Fade(14.2, 0.4, True), " fade: real fade"),
        (Fade(0.4, 0.0, True), ": real fade"),
        (Fade(3.0, 0.4, False), " − 0.00 fade"),
        (Fade(0.0, 3.0, False), " − 0.00 fade"),
    ],
)
def test_what_of_the_fade_is_scatter(fade: Fade, words: str) -> None:
    line = lines_of(replace(card(run()), fade=fade))[1]
    assert words in line
    assert ("scatter" in line) == ("scatter" in words or "would cost that" in words)


# In the wrap-up


def test_the_wrap_up_of_a_small_team_has_every_note() -> None:
    """Seven racers who each changed something twice: there is room for 14 sentences."""
    rows = {
        f"racer-{n}": [
            cell(88.6),
            *(
                cell(92.7, note=f"spring {n}{at}", effect=replace(EFFECT, after=f"spring {n}{at}"))
                for at in "ab"
            ),
        ]
        for n in range(7)
    }
    answer = wrap_up(standings_of(class_of(["Q1", "Q2", "Q3"], rows)))
    assert_fits(answer)
    sections = sections_of(answer)
    notes = [lines for name, lines in sections.items() if name.startswith("Notes")]
    assert len(notes) > 1
    told = "\n".join(notes).split("\n")
    assert [line.split(" · ")[1].split(" (")[0] for line in told] == [
        f"spring {n}{at}" for at in "ba" for n in range(7)
    ]
    assert all(line.endswith(SENTENCE) for line in told)


def test_a_note_that_changed_nothing_does_not_say_it_again() -> None:
    same = [cell(92.7, 4.1, note=note, effect=EFFECT) for note in ("35wt rear", "35WT rear")]
    other = [cell(80.0), cell(81.0, 1.0, note="35wt rear", effect=EFFECT)]
    rows: dict[str, list[StandingCell | None]] = {
        "Max": [cell(88.6), *same],
        "Eva": [*other, None],
    }
    told = sections_of(wrap_up(standings_of(class_of(["Q1", "Q2", "Q3"], rows))))["Notes"]
    assert told.split("\n") == [
        f"Q3 ▲4.1 · 35WT rear (Max): {SENTENCE}",
        "Q2 ▲4.1 · 35wt rear (Max)",
        f"Q2 ▲1.0 · 35wt rear (Eva): {SENTENCE}",
    ]


def test_the_wrap_up_has_it_behind_each_note() -> None:
    cells = [cell(88.6), cell(92.7, 4.1, has_moved=False, note="35wt rear", effect=EFFECT)]
    other = [cell(80.0), cell(81.0, 1.0, note="new tyres")]
    told = sections_of(wrap_up(standings_of(class_of(["Q1", "Q2"], {"Max": cells, "Eva": other}))))
    assert told["Notes"] == (f"Q2 +4.1 · 35wt rear (Max): {SENTENCE}\nQ2 ▲1.0 · new tyres (Eva)")


def test_the_biggest_gain_is_one_that_is_more_than_luck_where_there_is_one() -> None:
    def told(*, has_moved: bool) -> str:
        rows = {
            "Max": [cell(80.0), cell(92.7, 12.7, has_moved=False)],
            "Eva": [cell(80.0), cell(83.0, 3.0, has_moved=has_moved)],
        }
        return sections_of(wrap_up(standings_of(class_of(["Q1", "Q2"], rows))))["Biggest gain"]

    assert told(has_moved=True) == "Eva: Q2 ▲3.0"
    assert told(has_moved=False) == "Max: Q2 +12.7"


def test_the_notes_of_a_large_team_fit() -> None:
    cells = [
        cell(92.7, 4.1, note="x" * 100, error=4.6, lost_ms=9_000, effect=EFFECT) for _ in range(9)
    ]
    heats = [f"Q{number}" for number in range(9)]
    rows = {f"racer-{number:02}": cells for number in range(40)}
    answer = wrap_up(replace(standings_of(class_of(heats, rows)), session=session(track="Arena")))
    assert_fits(answer)
    assert all(name in description_of(answer) for name in rows)
