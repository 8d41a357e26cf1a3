"""What several answers say in the same words: scores, laps, moments, the welcome."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from bot.render.text import join_fitting, plain
from core.caller import Person
from core.laps import Lap, average_lap_ms
from core.laptimes import format_lap
from core.results.heat import RacerRun
from core.results.refs import HeatRef, SessionRef
from core.rounding import round_half_even
from core.scoring.advice import Status, Strategy
from core.scoring.certainty import ScoreError
from core.scoring.comparison import Comparison
from core.scoring.orp import FULL_CONFIDENCE, MIN_LAPS, Components

NEEDS_LAPS: Final = f"needs {MIN_LAPS} laps"
WHAT_ORP_IS: Final = "**ORP** (Optimal Race Pace, 0 to 100) tells how well you repeat your pace"

_DEFUSED_CHANNEL: Final = re.compile("<\u200b#([0-9]+)>")
_LAPS_SHOWN: Final = 40
_FIRST_LAPS_SHOWN: Final = 20
_LAST_LAPS_SHOWN: Final = 10
_NUMBERS: Final = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
)
_STRATEGY_WORDS: Final = {
    Strategy.AVANT_GARDE: "avant",
    Strategy.BALANCED: "balanced",
    Strategy.STABILITY: "stability",
}


def welcome_line() -> str:
    """Return the one line a racer's first answer adds."""
    return (
        f"👋 Type a run like `/lap times: 58.234 58.1 58.3`. {WHAT_ORP_IS}. "
        "**Finish heat** posts it for all."
    )


def with_welcome(lines: Sequence[str], *, welcome: bool) -> str:
    """Return the lines of an answer, with the welcome below where it is the racer's first."""
    return "\n".join([*lines, *([welcome_line()] if welcome else [])])


def bold(text: str) -> str:
    """Return user text in bold, made harmless."""
    return f"**{plain(text)}**"


def name_of(racer: Person) -> str:
    """Return a racer's name, made harmless."""
    return plain(racer.name)


def heat_name(heat: HeatRef) -> str:
    """Return a heat with its class in front, in bold and made harmless."""
    return bold(heat.label)


def heading(heat: HeatRef, session: SessionRef, *, is_here: bool = False) -> str:
    """Return heat and session on one line: ``Buggy Q1 · Club Race``.

    Where the reader races in the session it need not be said.
    """
    return plain(heat.label) if is_here else f"{plain(heat.label)} · {plain(session.name)}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 lap``, ``2 laps``; a plural of its own is given, as of a try."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def listed(names: Sequence[str]) -> str:
    """Return ``Q1``, ``Q1 and Q2``, ``Q1, Q2 and Q3``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def heat_length(minutes: int | None) -> str:
    """Return ``5-minute heats``; nothing where nobody has said."""
    return f"{minutes}-minute heats" if minutes else ""


def moment(at: datetime, style: Literal["t", "f", "d"] = "f") -> str:
    """Return a moment that each reader sees in their own time zone.

    Args:
        at: The moment, with its zone.
        style: ``t`` the time of day, ``d`` the date, ``f`` both.
    """
    return f"<t:{int(at.timestamp())}:{style}>"


def channel(channel_id: int) -> str:
    """Return a link to a channel."""
    return f"<#{channel_id}>"


def problem_line(problem: str) -> str:
    """Return what keeps summaries from being posted, as a warning; links to channels stay."""
    return "⚠️ " + _DEFUSED_CHANNEL.sub(r"<#\1>", plain(problem))


def strategy_word(strategy: Strategy) -> str:
    """Return a strategy in one short word: avant, balanced or stability."""
    return _STRATEGY_WORDS[strategy]


def change_mark(change: float | None, *, has_moved: bool) -> str:
    """Return a change of ORP: ``▲4.1`` or ``▼0.8`` where it is more than luck, else ``+4.1``.

    Args:
        change: In points, with one decimal; None where there is none, and nothing is said.
        has_moved: Whether it is more than luck.
    """
    if change is None:
        return ""
    signs = ("▲", "▼") if has_moved else ("+", "−")
    sign = signs[change < 0] if change else ""
    return f"{sign}{abs(change):.1f}"


def error_mark(error: ScoreError | None) -> str:
    """Return how sure a score is: ``±5``, and ``±?`` where nobody knows."""
    return f"±{error.shown if error is not None else '?'}"


def number_word(number: int) -> str:
    """Return ``two``; from eleven on a figure."""
    return _NUMBERS[number - 1] if 1 <= number <= len(_NUMBERS) else str(number)


def seconds(ms: int, decimals: Literal[0, 1, 2] = 1) -> str:
    """Return plain seconds, rounded half to even: ``12.4``."""
    units = 10**decimals
    return f"{round_half_even(ms * units, 1000) / units:.{decimals}f}"


def is_scored(run: RacerRun) -> bool:
    """Whether the run has an ORP that stands."""
    return run.orp is not None and run.orp.status is Status.VALID


def rating(confidence: int | None) -> str:
    """Return a confidence as it is written: ``4/5``."""
    return f"{confidence}/{FULL_CONFIDENCE}"


def rejected_words(confidence: int) -> str:
    """Return how a failed confidence gate is told."""
    return f"Rejected · not sure of the car ({rating(confidence)})"


def score_words(run: RacerRun) -> str:
    """Return the ORP of a run with the confidence it rests on, or why there is none."""
    if run.orp is None:
        return f"ORP {NEEDS_LAPS}"
    parts = run.orp.components
    if run.orp.status is Status.REJECTED:
        return rejected_words(parts.confidence)
    return f"ORP **{run.orp.orp_score:.1f}** (confidence {confidence_words(parts)})"


def confidence_words(parts: Components) -> str:
    """Return how sure the driver is of the car: ``4/5`` or ``not rated``."""
    return rating(parts.confidence) if parts.confidence_rated else "not rated"


def figures(run: RacerRun) -> str:
    """Return the running figures: ``Best 20.812 · average 21.034 · ORP 92.4``.

    A failed confidence gate has a line of its own.
    """
    best_ms, average_ms = run.best_lap_ms, average_lap_ms(run.laps)
    if best_ms is None or average_ms is None:
        return "No lap counts."
    best, average = format_lap(best_ms), format_lap(average_ms)
    is_rejected = run.orp is not None and run.orp.status is Status.REJECTED
    separator = "\n" if is_rejected else " · "
    return f"Best **{best}** · average {average}{separator}{score_words(run)}"


def lap_time(lap: Lap) -> str:
    """Return a lap's time, struck through where it does not count."""
    return format_lap(lap.time_ms) if lap.counts else f"~~{format_lap(lap.time_ms)}~~"


def lap_times(laps: Sequence[Lap]) -> str:
    """Return lap times in a row; of a long list its beginning and its end."""
    times = [lap_time(lap) for lap in laps]
    if len(times) > _LAPS_SHOWN:
        left_out = len(times) - _FIRST_LAPS_SHOWN - _LAST_LAPS_SHOWN
        times[_FIRST_LAPS_SHOWN:-_LAST_LAPS_SHOWN] = [f"… {left_out} more …"]
    return "  ".join(times)


def lap_times_within(laps: Sequence[Lap], limit: int) -> str:
    """Return lap times in a row, as many as fit into ``limit`` characters."""
    return join_fitting(
        [lap_time(lap) for lap in laps], limit, separator=" ", more="… and {} more laps"
    )


def lap_range(laps: Sequence[Lap]) -> str:
    """Return the numbers of consecutive laps: ``lap 3``, ``laps 4–9``; nothing without laps."""
    if not laps:
        return ""
    first, last = laps[0].number, laps[-1].number
    return f"lap {first}" if first == last else f"laps {first}–{last}"


def gap_words(comparison: Comparison) -> str:
    """Return how much faster the faster of two is: ``0.31 s a lap faster``."""
    return f"{from_hundredths(comparison.gap_hundredths)} s a lap faster"


def parts_words(comparison: Comparison) -> str:
    """Return what the gap is made of: ``0.12 pace, 0.19 mistakes``, or what was given back."""
    pace, mistakes = comparison.pace_hundredths, comparison.mistakes_hundredths
    if mistakes < 0:
        return f"{from_hundredths(pace)} pace, {from_hundredths(-mistakes)} given back in mistakes"
    if pace < 0:
        return f"{from_hundredths(mistakes)} mistakes, {from_hundredths(-pace)} given back in pace"
    return f"{from_hundredths(pace)} pace, {from_hundredths(mistakes)} mistakes"


def hundredths_of(ms: float) -> int:
    """Return a time in hundredths of a second, half to even."""
    return round_half_even(round(ms), 10)


def from_hundredths(hundredths: int) -> str:
    """Return hundredths as seconds, without a sign: ``0.31``."""
    return f"{abs(hundredths) / 100:.2f}"
