"""What the team knows of a track: bests, a racer's heats, the day, which changes helped."""

from __future__ import annotations

from typing import Final

import discord

from bot.limits import TITLE_LIMIT
from bot.render.answer import CARD_COLOUR, Answer, add_section
from bot.render.effect import pooled_words
from bot.render.grid import NO_CLASS
from bot.render.phrases import (
    NEEDS_LAPS,
    bold,
    count,
    error_mark,
    from_hundredths,
    hundredths_of,
    moment,
    name_of,
)
from bot.render.text import plain, shorten
from core.laptimes import format_lap
from core.results.track import ClassBests, HeatPace, TrackDay, TrackKnown, TrackRun
from core.scoring.second_half import SecondHalf

_SHOWN_CHANGES: Final = 6


def track(known: TrackKnown) -> Answer:
    """Show what the team knows of a track."""
    if not known.has_laps:
        return Answer(f"Nobody has driven at {bold(known.track)} yet.")
    embed = discord.Embed(title=shorten(plain(known.track), TITLE_LIMIT), colour=CARD_COLOUR)
    has_classes = any(each.class_name for each in known.bests)
    bests = [_bests_line(each, has_classes=has_classes) for each in known.bests]
    add_section(embed, "Best laps", bests)
    whose = "Your heats here" if known.is_self else f"Heats of {name_of(known.racer)} here"
    runs = [_run_line(run) for run in known.runs]
    add_section(embed, shorten(whose, TITLE_LIMIT), runs or ["None yet"])
    if known.second_half is not None:
        add_section(embed, "Second half of a run", [second_half_words(known.second_half)])
    if known.day is not None:
        add_section(embed, "The track over the day", _day_lines(known.day))
    add_section(embed, "Which changes helped", _change_lines(known))
    return Answer(embed=embed)


def _bests_line(bests: ClassBests, *, has_classes: bool) -> str:
    """Return ``Buggy 18.300 Max (date) · …``, the class where there are several."""
    laps = " · ".join(
        f"{format_lap(best.lap_ms)} {name_of(best.racer)} ({moment(best.driven_at, 'd')})"
        for best in bests.bests
    )
    return f"{bold(bests.class_name or NO_CLASS)} {laps}" if has_classes else laps


def _run_line(run: TrackRun) -> str:
    """Return a heat with its date, score, fast lap and note."""
    if run.score is None:
        score = "rejected" if run.rejected else NEEDS_LAPS
    else:
        score = f"**{run.score:.1f} {error_mark(run.error)}**"
    parts = [f"{moment(run.driven_at, 'd')} {plain(run.heat.label)} {score}"]
    if run.best_lap_ms is not None:
        parts.append(f"fast {format_lap(run.best_lap_ms)}")
    if run.note:
        parts.append(plain(run.note))
    return " · ".join(parts)


def second_half_words(second_half: SecondHalf) -> str:
    """Return ``Usually 0.12 s a lap slower: in 7 of 9 runs``, or that it could be luck."""
    runs = count(second_half.runs, "run")
    hundredths = hundredths_of(second_half.loss_ms)
    if not hundredths:
        return f"As fast as the first, over {runs}"
    gap = f"{from_hundredths(hundredths)} s a lap {'slower' if hundredths > 0 else 'faster'}"
    how_often = f"in {second_half.alike} of {runs}"
    if second_half.is_usual:
        return f"Usually {gap}: {how_often}"
    return f"{gap} {how_often}: could be luck"


def _day_lines(day: TrackDay) -> list[str]:
    """Return how much faster each heat was than the first, for everybody who drove both."""
    first, *later = day.heats
    when = f"{plain(day.session.name)}, {moment(day.driven_at, 'd')}"
    return [
        f"{when}, everybody's laps against {plain(first.heat.label)}:",
        " · ".join(f"{plain(each.heat.name)} {pace_change(each)}" for each in later),
    ]


def pace_change(pace: HeatPace) -> str:
    """Return ``0.21 ±0.08 s faster`` for a heat."""
    hundredths = hundredths_of(pace.change_ms)
    error = f"±{from_hundredths(hundredths_of(pace.error_ms))} s"
    if not hundredths:
        return f"the same {error}"
    return f"{from_hundredths(hundredths)} {error} {'faster' if hundredths < 0 else 'slower'}"


def _change_lines(known: TrackKnown) -> list[str]:
    """Return the surest changes of each class, over the team's racers."""
    has_classes = len(known.bests) > 1
    return [
        (f"{bold(of_class.class_name or NO_CLASS)} " if has_classes else "") + pooled_words(pooled)
        for of_class in known.changes
        for pooled in of_class.changes[:_SHOWN_CHANGES]
    ]
