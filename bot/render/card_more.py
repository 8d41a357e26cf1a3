"""Behind **More** of an ORP card: why that advice, and every figure and lap the card leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import discord

from bot.limits import FIELD_LIMIT
from bot.render.advice import how_to_drive, reason
from bot.render.answer import Answer, add_section
from bot.render.card import card_colour, card_title, first_laps, part_names
from bot.render.effect import effect_lines
from bot.render.phrases import (
    NEEDS_LAPS,
    change_mark,
    confidence_words,
    error_mark,
    lap_time,
    lap_times_within,
    rating,
    seconds,
)
from bot.render.text import plain
from core.laps import Lap, median, median_absolute_deviation
from core.laptimes import format_lap
from core.results.card import HeatScore, OrpCard
from core.results.heat import RacerRun
from core.scoring.mistakes import find_mistakes
from core.scoring.orp import FASTEST_LAPS, LAST_LAPS, Metrics, OrpResult
from core.scoring.trend import Direction, Trend, find_trend
from core.scoring.without_mistakes import without_mistakes

_MISTAKES_NAMED: Final = 6


def card_more(card: OrpCard) -> Answer:
    """Show what stands behind a racer's ORP of a heat or of the whole session."""
    run, orp = card.run, card.run.orp
    embed = discord.Embed(title=card_title(card), colour=card_colour(orp))
    if orp is not None:
        trend = find_trend(run.laps)
        add_section(embed, "Why", _advice_lines(run, orp))
        add_section(embed, "Mistakes", _mistake_lines(card))
        add_section(embed, "Trend", [_trend_words(trend)] if trend else [])
        add_section(embed, "Pace", _pace_lines(run, orp.metrics))
    add_section(embed, "Did it help?", effect_lines(card.effect) if card.effect else [])
    add_section(embed, "Heats before" if card.heat else "Heats", _last_heats_lines(card))
    left_out = len(run.laps) - run.laps_that_count
    do = "does" if left_out == 1 else "do"
    heading = f"Laps · {left_out} of {len(run.laps)} {do} not count" if left_out else "Laps"
    add_section(embed, heading, _lap_lines(card))
    return Answer(embed=embed)


def _advice_lines(run: RacerRun, orp: OrpResult) -> list[str]:
    """Return why the card says what to do next, and what the score rests on."""
    scored = without_mistakes(run.laps, orp) or orp
    parts = orp.components
    counted = "" if parts.confidence_rated else f", counts as {rating(parts.confidence)}"
    confidence = f"Confidence in the car: {confidence_words(parts)}{counted}"
    if scored.strategy is None:
        total = f"{parts.consistency_score:.2f} consistency − {parts.fade_penalty_shown:.2f} fade"
        return [reason(scored.recommendation), f"{total}, not scored"]
    how = how_to_drive(scored.strategy, orp.experience_level)
    return [f"{reason(scored.recommendation)} {how}", confidence]


def _mistake_lines(card: OrpCard) -> list[str]:
    """Return the dearest mistakes with what each cost; nothing without any."""
    mistakes = find_mistakes(card.run.laps)
    names = _lap_names(card)
    named = [
        f"{names[mistake.number]} {format_lap(mistake.time_ms)} (+{seconds(mistake.lost_ms)})"
        for mistake in sorted(mistakes.laps, key=lambda mistake: -mistake.lost_ms)
    ]
    left_out = len(named) - _MISTAKES_NAMED
    if left_out > 0:
        named[_MISTAKES_NAMED:] = [f"{left_out} more"]
    # What they cost together stands on the card of a heat, in what the race would have been.
    total = f"{seconds(mistakes.lost_ms)} s: " if card.heat is None else ""
    return [f"{total}{', '.join(named)}"] if named else []


def _lap_names(card: OrpCard) -> dict[int, str]:
    """Return how each lap is called: ``lap 3``, in a whole session ``Q2 lap 3``."""
    if not card.laps_by_heat:
        return {lap.number: f"lap {lap.number}" for lap in card.run.laps}
    return {
        lap.number: f"{name} lap {number}"
        for name, laps in zip(part_names(card), _laps_by_heat(card), strict=True)
        for number, lap in enumerate(laps, start=1)
    }


def _laps_by_heat(card: OrpCard) -> list[Sequence[Lap]]:
    """Return the laps of each heat of a whole session."""
    laps = card.run.laps
    starts = [*(first - 1 for first in sorted(first_laps(card))), len(laps)]
    return [laps[start:end] for start, end in pairwise(starts)]


def _trend_words(trend: Trend) -> str:
    if trend.direction is Direction.NONE:
        return "No trend"
    sign = "+" if trend.slope_s_per_lap > 0 else "−"
    return f"{trend.direction.capitalize()}, {sign}{abs(trend.slope_s_per_lap):.3f} s a lap"


def _pace_lines(run: RacerRun, metrics: Metrics) -> list[str]:
    """Return the figures behind the score."""
    times = [lap.time_ms for lap in run.laps if lap.counts]
    usual, spread = round(median(times)), round(median_absolute_deviation(times))
    lines = [
        f"Median {format_lap(usual)}, half of the laps within {format_lap(spread)} s of it",
        f"Standard deviation {metrics.std_dev:.3f} s · slowest {_time(metrics.worst_lap)}",
    ]
    if metrics.top_3_avg is not None and metrics.last_5_avg is not None:
        last = min(LAST_LAPS, metrics.lap_count)
        lines.append(
            f"Fade {metrics.fade_pct:.2f} %: top {FASTEST_LAPS} {_time(metrics.top_3_avg)}, "
            f"last {last} {_time(metrics.last_5_avg)}"
        )
    return lines


def _time(in_seconds: float) -> str:
    """Return a lap time that comes in seconds with three decimals."""
    return format_lap(round(in_seconds * 1000))


def _last_heats_lines(card: OrpCard) -> list[str]:
    """Return the racer's scores with what was changed for them, the newest first.

    The score of a heat's card stands on the card.
    """
    shown = card.last_heats[:-1] if card.heat else card.last_heats
    return [
        " · ".join([_heat_score(past, card), *([plain(past.note)] if past.note else [])])
        for past in reversed(shown)
    ]


def _heat_score(past: HeatScore, card: OrpCard) -> str:
    """Return ``Q2 92.7 ±3 ▲4.2``; the class is named where heats of several may stand together."""
    name = plain(past.heat.label if card.heat is None else past.heat.name)
    if past.score is None:
        return f"{name} {'rejected' if past.rejected else NEEDS_LAPS}"
    change = change_mark(past.change, has_moved=past.has_moved)
    return f"{name} **{past.score:.1f} {error_mark(past.error)}** {change}".rstrip()


def _lap_lines(card: OrpCard) -> list[str]:
    """Return every lap in order, in a whole session a line a heat."""
    if not card.laps_by_heat:
        return [lap_times_within(card.run.laps, FIELD_LIMIT)]
    return [
        f"{name}: {' '.join(map(lap_time, laps))}"
        for name, laps in zip(part_names(card), _laps_by_heat(card), strict=True)
    ]
