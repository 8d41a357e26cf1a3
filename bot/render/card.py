"""The ORP card: a racer's score, what it is made of, what lies behind it, and what to do next."""

from __future__ import annotations

from typing import Final

import discord

from bot import colours
from bot.limits import DESCRIPTION_LIMIT, TITLE_LIMIT
from bot.render.answer import Answer, add_section
from bot.render.phrases import (
    NEEDS_LAPS,
    WHAT_ORP_IS,
    bold,
    change_mark,
    confidence_words,
    count,
    listed,
    name_of,
    rating,
    rejected_words,
    seconds,
    with_welcome,
)
from bot.render.text import join_fitting, plain, shorten
from core.laps import median, median_absolute_deviation
from core.laptimes import format_lap, parse_lap_times
from core.results.card import HeatScore, NoLapsYet, OrpCard
from core.results.heat import RacerRun
from core.scoring.advice import Status, allowed_changes, scenario_for
from core.scoring.clean_run import clean_run
from core.scoring.liverc_row import LiveRcRow, live_rc_row
from core.scoring.mistakes import Mistakes, find_mistakes
from core.scoring.orp import (
    CONFIDENCE_NEEDED,
    FASTEST_LAPS,
    LAST_LAPS,
    MIN_LAPS,
    Metrics,
    OrpResult,
    calculate_orp,
)
from core.scoring.trend import Trend, find_trend

_FEW_LAPS: Final = 5
_MISTAKES_NAMED: Final = 6
_EXAMPLE: Final = "20.9 21.4 20.8 22.1 21.0"


def orp_card(card: OrpCard, *, is_self: bool = False) -> Answer:
    """Show one racer's ORP of a heat or of the whole session.

    Args:
        card: The run with its score.
        is_self: The racer looks at their own card: it says "You" instead of the name.
    """
    run, orp = card.run, card.run.orp
    place = "whole session" if card.heat is None else plain(card.heat.label)
    embed = discord.Embed(
        title=shorten(f"{name_of(run.racer)} · {place} · {plain(card.session.name)}", TITLE_LIMIT),
        description=join_fitting(
            [*_first_lines(card, is_self=is_self), *_score_lines(run)], DESCRIPTION_LIMIT
        ),
        colour=_colour(orp),
    )
    if orp is not None:
        mistakes = find_mistakes(run.laps)
        trend = find_trend(run.laps)
        add_section(embed, "Lost time", _mistake_lines(mistakes))
        add_section(embed, "Trend", [_trend_words(trend)] if trend else [])
        add_section(embed, "What next", _advice_lines(orp, card.practice_rounds))
        add_section(embed, "Pace", _pace_lines(run, orp.metrics))
    add_section(embed, "Last heats", _last_heats_lines(card))
    add_section(embed, "As LiveRC counts", _live_rc_lines(live_rc_row(run.laps), orp is not None))
    return Answer(with_welcome([], welcome=card.welcome), embed)


def _colour(orp: OrpResult | None) -> discord.Colour:
    if orp is None or orp.strategy is None:
        return discord.Colour.from_str(colours.CARD_WITHOUT_SCORE)
    return discord.Colour.from_str(colours.STRATEGY_COLOURS[orp.strategy])


def _first_lines(card: OrpCard, *, is_self: bool) -> list[str]:
    """Return what the race would have been; a whole session is no race."""
    laps = card.run.laps
    if card.heat is None or card.run.orp is None:
        whole = "the session" if card.heat is None else "the heat"
        return [f"{count(len(laps), 'lap')} in {whole}.", ""]
    length_ms = None if card.length_s is None else card.length_s * 1000
    clean = clean_run(laps, length_ms=length_ms)
    return [clean.sentence("You" if is_self else name_of(card.run.racer)), ""] if clean else []


def _score_lines(run: RacerRun) -> list[str]:
    """Return the score with what it means and the sum that makes it."""
    counting = sum(lap.counts for lap in run.laps)
    left_out = len(run.laps) - counting
    lines = (
        _scored_lines(run, run.orp) if run.orp else [f"**ORP {NEEDS_LAPS}**, {counting} so far."]
    )
    if MIN_LAPS <= counting < _FEW_LAPS:
        lines.append(f"Only {counting} laps: the score still moves a lot with every lap.")
    if left_out:
        do = "does" if left_out == 1 else "do"
        lines.append(f"{left_out} of {count(len(run.laps), 'lap')} {do} not count.")
    return lines


def _scored_lines(run: RacerRun, orp: OrpResult) -> list[str]:
    parts = orp.components
    total = f"{parts.consistency_score:.2f} consistency − {parts.fade_penalty_shown:.2f} fade"
    note = f" · {plain(run.note)}" if run.note else ""
    if orp.status is Status.REJECTED or orp.strategy is None:
        return [
            f"**{rejected_words(parts.confidence)}**{note}",
            f"Rate the car {CONFIDENCE_NEEDED} or more to be scored again.",
            f"{total}, not scored",
        ]
    change = "" if run.change is None else f" {change_mark(run.change)}"
    counted = "" if parts.confidence_rated else f", counts as {rating(parts.confidence)}"
    floor = " (never below 0)" if parts.fade_penalty_shown > parts.consistency_score else ""
    return [
        f"**ORP {orp.orp_score:.1f}**{change}{note}",
        f"**{orp.strategy.label}**: {orp.strategy.words}",
        f"{total} = {orp.orp_score:.1f}{floor}",
        f"Confidence {confidence_words(parts)}{counted}",
    ]


def _advice_lines(orp: OrpResult, practice_rounds: int) -> list[str]:
    """Return the recommendation and what may be changed on the car."""
    changes = allowed_changes(orp.status, orp.strategy, scenario_for(practice_rounds))
    return [orp.recommendation, f"You may change: {listed(changes) or 'nothing'}"]


def _mistake_lines(mistakes: Mistakes) -> list[str]:
    """Return what all mistakes cost together, and the dearest of them; nothing without any."""
    if not mistakes.count:
        return []
    named = [
        f"lap {mistake.number} {format_lap(mistake.time_ms)} (+{seconds(mistake.lost_ms)})"
        for mistake in sorted(mistakes.laps, key=lambda mistake: -mistake.lost_ms)
    ]
    left_out = len(named) - _MISTAKES_NAMED
    if left_out > 0:
        named[_MISTAKES_NAMED:] = [f"{left_out} more"]
    return [f"{seconds(mistakes.lost_ms)} s: {', '.join(named)}"]


def _trend_words(trend: Trend) -> str:
    if trend.word == "steady":
        return "Steady"
    sign = "+" if trend.slope_s_per_lap > 0 else "−"
    return f"{trend.word.capitalize()}, {sign}{abs(trend.slope_s_per_lap):.3f} s a lap"


def _pace_lines(run: RacerRun, metrics: Metrics) -> list[str]:
    """Return the figures behind the score."""
    times = [lap.time_ms for lap in run.laps if lap.counts]
    usual, spread = round(median(times)), round(median_absolute_deviation(times))
    lines = [
        f"Best {_time(metrics.best_lap)} · average {_time(metrics.avg_lap)}",
        f"Median {format_lap(usual)}, half of the laps within {format_lap(spread)} s of it",
        f"Standard deviation {metrics.std_dev:.3f} s",
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
    """Return the racer's scores with what was changed for them, the newest first."""
    if len(card.last_heats) < 2:
        return []
    return [
        " · ".join([_heat_score(past, card), *([plain(past.note)] if past.note else [])])
        for past in reversed(card.last_heats)
    ]


def _heat_score(past: HeatScore, card: OrpCard) -> str:
    """Return ``Q2 92.7 ▲4.2``; the class is named where heats of several may stand together."""
    name = plain(past.heat.label if card.heat is None else past.heat.name)
    if past.score is None:
        return f"{name} {'rejected' if past.rejected else NEEDS_LAPS}"
    change = "" if past.change is None else f" {change_mark(past.change)}"
    return f"{name} **{past.score:.1f}**{change}"


def _live_rc_lines(row: LiveRcRow, has_score: bool) -> list[str]:
    """Return LiveRC's own figures, those only that there are laps for."""
    best = [(5, row.best_5_ms), (10, row.best_10_ms), (15, row.best_15_ms)]
    lines = [
        [row.total.text(), _figure("fast", row.fast_lap_ms)],
        [_figure(f"top {laps}", average_ms) for laps, average_ms in best],
        [_figure("best 3 in a row", row.best_3_consecutive_ms)],
        [f"consistency {row.consistency_pct:.2f} %" if has_score else ""],
    ]
    told = [" · ".join(figure for figure in line if figure) for line in lines]
    return [line[0].upper() + line[1:] for line in told if line]


def _figure(name: str, time_ms: int | None) -> str:
    return "" if time_ms is None else f"{name} {format_lap(time_ms)}"


def no_laps_yet(result: NoLapsYet) -> Answer:
    """Explain how to type a run and what ORP is, with an example."""
    who = "You have" if result.is_self else f"{bold(result.racer.name)} has"
    lines = [
        f"{who} no laps here yet.",
        f"Type a run like `/lap times: {_EXAMPLE}`, or paste a list.",
        f"{WHAT_ORP_IS}: it drops when laps scatter and when you fade.",
    ]
    example = calculate_orp(parse_lap_times(_EXAMPLE))
    if example is not None and example.strategy is not None:
        lines.append(
            f"Those five laps make ORP **{example.orp_score:.1f}**, {example.strategy.label}: "
            f"{example.strategy.words}."
        )
    return Answer("\n".join(lines))
