"""*Did it help?* in words a racer understands: what a change of the car did, and what is luck."""

from __future__ import annotations

from typing import Final

from bot.render.phrases import count, from_hundredths, hundredths_of, number_word
from bot.render.text import plain
from core.scoring.effects import MIN_OTHERS, Effect, Verdict
from core.scoring.pooling import Pooled

_SURE: Final = {Verdict.HELPED: "It helped", Verdict.HURT: "It hurt"}
_LIKELY: Final = {
    Verdict.LOOKS_HELPED: "Looks like it helped",
    Verdict.LOOKS_HURT: "Looks like it hurt",
}
_TOO_FEW_OTHERS: Final = f"fewer than {MIN_OTHERS} others to tell it from the track"
_SHORT: Final = {
    Verdict.HELPED: "helped",
    Verdict.HURT: "hurt",
    Verdict.LOOKS_HELPED: "looks better",
    Verdict.LOOKS_HURT: "looks worse",
    Verdict.CANNOT_TELL: "can't tell",
    Verdict.TOO_SMALL: "too small",
}


def effect_words(effect: Effect) -> str:
    """Return ``0.31 s a lap faster than before, 0.17 after what everybody gained.`` and so on.

    It begins with what was measured and ends with what may be said about it.
    """
    more = effect.more_runs
    told = "" if more is None else f"{_more(more, 'run')} each way would tell."
    has_field = effect.field is not None
    verdict = _verdict(effect.verdict, effect.chance_of_luck, told, has_field=has_field)
    return f"{_measured(effect)}. {verdict}"


def pooled_words(pooled: Pooled) -> str:
    """Return what several tries of a setting say: ``35wt rear: 0.17 s a lap faster after …``."""
    found = hundredths_of(pooled.effect_ms)
    if pooled.fields:
        gap = f"{_gap(found) if found else 'nothing left'} after what everybody gained"
    else:
        gap = f"{_gap(found)} than before" if found else "as fast as before"
    tries = f"{count(pooled.tries, 'try', 'tries')} by {count(pooled.racers, 'racer')}"
    more = pooled.more_tries
    told = "" if more is None else f"{_more(more, 'try', 'tries')} would tell."
    if pooled.contradict and pooled.verdict is Verdict.CANNOT_TELL:
        luck = _could_be_luck(pooled.chance_of_luck)
        verdict = f"{luck.capitalize()}: the tries contradict one another. {told}".rstrip()
    else:
        verdict = _verdict(pooled.verdict, pooled.chance_of_luck, told, has_field=pooled.has_field)
    return f"{plain(pooled.setting)}: {gap}, {tries}{_too_few_others(pooled)}. {verdict}"


def _too_few_others(pooled: Pooled) -> str:
    """Return in how many of several tries too few others drove; nothing where in none."""
    without = pooled.tries - pooled.fields
    if not without:
        return ""
    which = f"{without} of them " if pooled.fields else "all " if without > 1 else ""
    return f", {which}with {_TOO_FEW_OTHERS}"


def verdict_word(verdict: Verdict) -> str:
    """Return what may be said in a word or two: ``helped``, ``can't tell``."""
    return _SHORT[verdict]


def effect_lines(effect: Effect) -> list[str]:
    """Return what stands behind that sentence: what was compared, and how it would be told."""
    before = f"{plain(effect.before)} ({count(effect.runs_before, 'run')})"
    lines = [f"{plain(effect.after)} ({count(effect.runs_after, 'run')}) against {before}"]
    if effect.field is not None:
        gained = hundredths_of(effect.field.change_ms)
        middle = _gap(gained) if gained else "as fast as before"
        lines.append(f"{effect.field.drivers} others drove both times, the middle one {middle}")
    lines.append(f"Measured to ±{from_hundredths(hundredths_of(effect.error_ms))} s a lap")
    if effect.more_runs is not None:
        lines.append("Back to the old setting and again tells more than longer runs")
    return lines


def _measured(effect: Effect) -> str:
    """Return how much faster the laps were, and how much of it was not everybody's."""
    change, left = hundredths_of(effect.change_ms), hundredths_of(effect.effect_ms)
    own = f"{_gap(change)} than before" if change else "As fast as before"
    if effect.field is None:
        return f"{own}; {_TOO_FEW_OTHERS}"
    after = f"after what everybody {'gained' if effect.field.change_ms <= 0 else 'lost'}"
    if not left:
        return f"{own}, nothing {after}"
    is_same_way = change * left > 0
    return f"{own}, {from_hundredths(left) if is_same_way else f'but {_gap(left)}'} {after}"


def _gap(hundredths: int) -> str:
    return f"{from_hundredths(hundredths)} s a lap {'faster' if hundredths < 0 else 'slower'}"


def _verdict(verdict: Verdict, chance_of_luck: float, more: str, *, has_field: bool) -> str:
    """Return what may be said; without a field it may have been the track that did it."""
    or_the_track = "" if has_field else ", or the track did"
    if verdict in _SURE:
        return f"{_SURE[verdict]}{or_the_track}: luck is less than 1 in 20."
    luck = _could_be_luck(chance_of_luck)
    if verdict in _LIKELY:
        return f"{_LIKELY[verdict]}{or_the_track}; {luck}."
    return (
        f"{luck.capitalize()}. {more}"
        if more
        else f"{luck.capitalize()}; too small to see in laps."
    )


def _could_be_luck(chance: float) -> str:
    return f"could be luck ({max(1, round(10 * chance))} in 10)"


def _more(number: int, noun: str, plural: str | None = None) -> str:
    nouns = noun if number == 1 else plural or f"{noun}s"
    return f"{number_word(number).capitalize()} more {nouns}"
