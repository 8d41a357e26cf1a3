"""The ORP card: at most six lines below its picture, what a racer asks for after a heat.

What the race would have been, the score with its sum, what it would be without the mistakes, what
to do next, what was changed on the car, and LiveRC's own row. The rest is in
:mod:`bot.render.card_more`; no fact stands in both.
"""

from __future__ import annotations

from typing import Final

import discord

from bot import colours
from bot.limits import DESCRIPTION_LIMIT, TITLE_LIMIT
from bot.render.advice import next_step, strategy_words
from bot.render.answer import Answer
from bot.render.effect import effect_words
from bot.render.phrases import (
    NEEDS_LAPS,
    WHAT_ORP_IS,
    bold,
    change_mark,
    count,
    error_mark,
    name_of,
    number_word,
    rejected_words,
    seconds,
    with_welcome,
)
from bot.render.text import join_fitting, plain, shorten
from core.laps import clock_text
from core.laptimes import format_lap, parse_lap_times
from core.results.card import NoLapsYet, OrpCard
from core.results.heat import RacerRun
from core.scoring.clean_run import CleanRun, clean_run
from core.scoring.fade import Fade
from core.scoring.liverc_row import LiveRcRow, live_rc_row
from core.scoring.mistakes import Mistakes
from core.scoring.orp import CONFIDENCE_NEEDED, OrpResult, calculate_orp
from core.scoring.without_mistakes import WithoutMistakes, without_mistakes

_FEW_LAPS: Final = 5
_HEATS_LIMIT: Final = 300
_EXAMPLE: Final = "20.9 21.4 20.8 22.1 21.0"


def orp_card(card: OrpCard, *, is_self: bool = False) -> Answer:
    """Show one racer's ORP of a heat or of the whole session; its picture stands first.

    Args:
        card: The run with its score.
        is_self: The racer looks at their own card: it says "You" instead of the name.
    """
    run, orp = card.run, card.run.orp
    clean = without_mistakes(run.laps, orp) if orp else None
    lines = [
        _race_line(card, is_self=is_self),
        _score_line(run, card.fade),
        _without_mistakes_line(clean) if clean else "",
        _next_line(orp, clean) if orp else "",
        _change_line(card),
        _live_rc_line(live_rc_row(run.laps, new_heats=first_laps(card)), has_score=orp is not None),
    ]
    embed = discord.Embed(
        title=card_title(card),
        description=join_fitting([line for line in lines if line], DESCRIPTION_LIMIT),
        colour=card_colour(orp),
    )
    return Answer(with_welcome([], welcome=card.welcome), embed, picture_first=True)


def card_title(card: OrpCard) -> str:
    """Return whose card of what it is: ``NAME · Buggy Q1 · Club Race``."""
    place = "whole session" if card.heat is None else plain(card.heat.label)
    where = [place] if card.is_here else [place, plain(card.session.name)]
    return shorten(" · ".join([name_of(card.run.racer), *where]), TITLE_LIMIT)


def card_colour(orp: OrpResult | None) -> discord.Colour:
    """Return the colour of a score's strategy."""
    if orp is None or orp.strategy is None:
        return discord.Colour.from_str(colours.CARD_WITHOUT_SCORE)
    return discord.Colour.from_str(colours.STRATEGY_COLOURS[orp.strategy])


def first_laps(card: OrpCard) -> frozenset[int]:
    """Return the numbers of the laps with which the heats of a whole session begin."""
    firsts, number = set(), 1
    for part in card.laps_by_heat:
        firsts.add(number)
        number += part.laps
    return frozenset(firsts)


def part_names(card: OrpCard) -> list[str]:
    """Return the names of a whole session's heats, made harmless; a class where there are several.

    In the order of the card's ``laps_by_heat``.
    """
    heats = [part.heat for part in card.laps_by_heat]
    has_classes = len({heat.class_name for heat in heats}) > 1
    return [plain(heat.label if has_classes else heat.name) for heat in heats]


def _race_line(card: OrpCard, *, is_self: bool) -> str:
    """Return what the race would have been; a whole session is no race."""
    if card.heat is None:
        parts = zip(part_names(card), card.laps_by_heat, strict=True)
        laps = [f"{name} {count(part.laps, 'lap')}" for name, part in parts]
        return join_fitting(laps, _HEATS_LIMIT, separator=" · ")
    if card.run.orp is None:
        return ""
    length_ms = None if card.length_s is None else card.length_s * 1000
    clean = clean_run(card.run.laps, length_ms=length_ms, rivals=card.rivals)
    return clean_run_words(clean, "You" if is_self else name_of(card.run.racer)) if clean else ""


def clean_run_words(run: CleanRun, name: str = "You") -> str:
    """Return ``You: 14/5:05.1, 5th. Clean: 15/5:14.0, 3rd. Two mistakes cost 12.4 s``.

    A typed heat, with neither length nor rivals, shows the clean run as a time only.

    Args:
        run: What was driven and what it would have been.
        name: Whose run it is, made harmless.
    """
    driven = f"{name}: {run.actual.text(1)}{_place_words(run.place)}."
    if not run.mistakes.count:
        return f"{driven} No mistakes: a clean run."
    if run.length_known or run.clean_place is not None:
        clean = f"{run.clean.text(1)}{_place_words(run.clean_place)}"
    else:
        clean = clock_text(run.clean.total_ms, 1)
    return f"{driven} Clean: {clean}. {_cost_words(run.mistakes)}"


def _place_words(place: int | None) -> str:
    if place is None:
        return ""
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if place % 100 in {11, 12, 13} else endings.get(place % 10, "th")
    return f", {place}{ending}"


def _cost_words(mistakes: Mistakes) -> str:
    noun = "mistake" if mistakes.count == 1 else "mistakes"
    cost = f"{noun} cost {seconds(mistakes.lost_ms)} s."
    return f"{number_word(mistakes.count).capitalize()} {cost}"


def _score_line(run: RacerRun, fade: Fade | None) -> str:
    """Return the score with the sum that makes it, or why there is none."""
    counting, orp = run.laps_that_count, run.orp
    if orp is None:
        return f"**ORP {NEEDS_LAPS}**, {counting} so far"
    parts = orp.components
    if orp.strategy is None:
        rejected = rejected_words(parts.confidence)
        return f"**{rejected}**: rate it {CONFIDENCE_NEEDED} or more to be scored again"
    change = "" if run.note else change_mark(run.change, has_moved=run.has_moved)
    # Bare, a plain change would read as a part of the sum.
    beside = f" ({change})" if change else ""
    floor = " (never below 0)" if parts.fade_penalty_shown > parts.consistency_score else ""
    few = f" · only {counting} laps: it still moves a lot" if counting < _FEW_LAPS else ""
    total = f"{parts.consistency_score:.2f} consistency − {parts.fade_penalty_shown:.2f} fade"
    scatter = _scatter_words(fade) if fade else ""
    score = f"**ORP {orp.orp_score:.1f} {error_mark(run.error)}**{beside}"
    return f"{score} = {total}{floor}{scatter}{few}"


def _scatter_words(fade: Fade) -> str:
    """Return what of a fade is scatter: any order of these laps would cost that."""
    if not fade.penalty:
        return ""
    scatter = round(fade.scatter)
    has_rest = round(fade.penalty - fade.scatter) > 0
    if fade.is_real and scatter and not has_rest:
        return ": real fade, but any order of these laps would cost as much"
    if fade.is_real:
        return f": {scatter} of it is scatter, the rest real fade" if scatter else ": real fade"
    if not scatter:
        return ""
    how_much = str(scatter) if has_rest else "all"
    return f": {how_much} of it is scatter, any order of these laps would cost that"


def _without_mistakes_line(clean: WithoutMistakes) -> str:
    mistakes = "mistake" if clean.mistakes == 1 else f"{number_word(clean.mistakes)} mistakes"
    return f"Without the {mistakes} **{clean.orp_score:.1f}**; the advice goes by that"


def _next_line(orp: OrpResult, clean: WithoutMistakes | None) -> str:
    """Return what to do next: by the score without the mistakes where they tell another story."""
    scored = clean or orp
    step = next_step(scored.recommendation)
    if scored.strategy is None:
        return f"{step[0].upper()}{step[1:]}"
    return f"**{scored.strategy.label}**: {step}"


def _change_line(card: OrpCard) -> str:
    """Return what was changed on the car beside the change in the score, and whether it helped."""
    run, effect = card.run, card.effect
    if card.heat is None:
        return ""
    did = f": {effect_words(effect)}" if effect else ""
    if run.note:
        change = change_mark(run.change, has_moved=run.has_moved)
        return f"{plain(card.heat.name)} {change}".rstrip() + f" · {plain(run.note)}{did}"
    # What was noted with an earlier run lasts until the next note.
    return f"{plain(effect.after)}{did}" if effect else ""


def _live_rc_line(row: LiveRcRow, *, has_score: bool) -> str:
    """Return LiveRC's own figures, those only that there are laps for."""
    figures = [
        ("fast", row.fast_lap_ms),
        ("average", row.average_ms if has_score else None),
        ("top 5", row.best_5_ms),
        ("top 10", row.best_10_ms),
        ("top 15", row.best_15_ms),
        ("3 in a row", row.best_3_consecutive_ms),
    ]
    told = [f"{name} {format_lap(time)}" for name, time in figures if time is not None]
    share = [f"{row.consistency_pct:.2f} %"] if has_score else []
    return " · ".join([f"LiveRC {row.total.text()}", *told, *share])


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
            f"{strategy_words(example.strategy)}."
        )
    return Answer("\n".join(lines))
