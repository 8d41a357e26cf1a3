"""What each picture shows, in words: for who has it read out, or cannot load it."""

from __future__ import annotations

from bot.limits import ALT_TEXT_LIMIT
from bot.render.effect import verdict_word
from bot.render.phrases import NEEDS_LAPS, count, error_mark, rejected_words, seconds
from bot.render.side_by_side import comparison_words
from bot.render.text import join_fitting, shorten, size
from bot.render.track import pace_change
from core.laptimes import format_lap
from core.names import clean_text
from core.results.card import HeatScore, OrpCard, SideBySide
from core.results.heat import HeatTable, RacerRun
from core.results.track import TrackKnown, TrackRun
from core.scoring.comparison import Side
from core.scoring.mistakes import Mistakes, find_mistakes


def alt_text(shown: HeatTable | OrpCard | SideBySide | TrackKnown) -> str:
    """Return what the picture of a result shows, as long as Discord takes it."""
    if isinstance(shown, HeatTable):
        return _of_heat(shown)
    if isinstance(shown, TrackKnown):
        return _of_track(shown)
    return _of_card(shown) if isinstance(shown, OrpCard) else _of_two(shown)


def _of_heat(table: HeatTable) -> str:
    runs = [run for run in table.runs if run.laps]
    head = (
        f"{_where(table.heat.label, table.session.name)}: "
        f"the laps of {count(len(runs), 'racer')}, ranked by ORP."
    )
    ranked = [f"{rank} {_run_words(run)}." for rank, run in enumerate(runs, start=1)]
    whole = " ".join([head, *ranked])
    if size(whole) <= ALT_TEXT_LIMIT:
        return whole
    # Everybody's score is worth more than the laps of a few.
    ranked = [f"{rank} {_score_words(run)}." for rank, run in enumerate(runs, start=1)]
    return join_fitting([head, *ranked], ALT_TEXT_LIMIT, separator=" ")


def _of_card(card: OrpCard) -> str:
    scope = "whole session" if card.heat is None else card.heat.label
    parts = [f"{_where(scope, card.session.name)}: {_run_words(card.run)}."]
    if len(card.last_heats) > 1:
        before = ", ".join(map(_score_before, card.last_heats))
        parts.append(f"Last heats: {before}.")
    return shorten(" ".join(parts), ALT_TEXT_LIMIT)


def _of_two(both: SideBySide) -> str:
    scope = "whole session" if both.heat is None else both.heat.label
    first, second = clean_text(both.first.racer.name), clean_text(both.second.racer.name)
    sides = [
        f"{name}: {_side_words(side)}."
        for name, side in (
            (first, both.comparison.first),
            (second, both.comparison.second),
        )
    ]
    parts = [
        f"{_where(scope, both.session.name)}: the laps of two racers.",
        f"{comparison_words(both.comparison, first, second)}.",
        *sides,
    ]
    return shorten(" ".join(parts), ALT_TEXT_LIMIT)


def _of_track(known: TrackKnown) -> str:
    name = clean_text(known.racer.name)
    parts = [f"{clean_text(known.track)}."]
    if known.runs:
        scores = ", ".join(map(_score_at_track, known.runs))
        parts.append(f"Heats of {name}, the latest first: {scores}.")
    if known.day is not None:
        first, *later = known.day.heats
        moved = ", ".join(f"{clean_text(each.heat.name)} {pace_change(each)}" for each in later)
        parts.append(f"Everybody against {clean_text(first.heat.label)}: {moved}.")
    changes = [
        f"{clean_text(pooled.setting)} {verdict_word(pooled.verdict)}"
        for of_class in known.changes
        for pooled in of_class.changes
    ]
    if changes:
        parts.append(f"Changes: {', '.join(changes)}.")
    return shorten(" ".join(parts), ALT_TEXT_LIMIT)


def _score_at_track(run: TrackRun) -> str:
    if run.score is None:
        score = "rejected" if run.rejected else NEEDS_LAPS
    else:
        score = f"{run.score:.1f} {error_mark(run.error) if run.error else ''}".rstrip()
    return f"{clean_text(run.heat.label)} {score}"


def _where(scope: str, session: str) -> str:
    return clean_text(f"{scope} · {session}")


def _run_words(run: RacerRun) -> str:
    """Return ``Max ORP 93.6 ±3, 16 laps, best 18.604, 1 mistake (1.1 s)``."""
    error = f" {error_mark(run.error)}" if run.is_ranked and run.error is not None else ""
    words = [_score_words(run) + error, count(len(run.laps), "lap")]
    if run.best_lap_ms is not None:
        words.append(f"best {format_lap(run.best_lap_ms)}")
    words.append(_mistake_words(find_mistakes(run.laps)))
    return ", ".join(words)


def _score_words(run: RacerRun) -> str:
    orp = run.orp
    if orp is None:
        score = f"ORP {NEEDS_LAPS}"
    elif orp.strategy is None:
        score = rejected_words(orp.components.confidence)
    else:
        score = f"ORP {orp.orp_score:.1f}"
    return f"{clean_text(run.racer.name)} {score}"


def _side_words(side: Side) -> str:
    best, average = format_lap(side.best_ms), format_lap(side.average_ms)
    return f"best {best}, average {average}, {_mistake_words(side.mistakes)}"


def _mistake_words(mistakes: Mistakes) -> str:
    if not mistakes.count:
        return "no mistake"
    return f"{count(mistakes.count, 'mistake')} ({seconds(mistakes.lost_ms)} s)"


def _score_before(past: HeatScore) -> str:
    if past.score is not None:
        score = f"{past.score:.1f}"
    else:
        score = "rejected" if past.rejected else NEEDS_LAPS
    return f"{clean_text(past.heat.label)} {score}"
