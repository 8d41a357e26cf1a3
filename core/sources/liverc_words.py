"""How LiveRC names races and writes dates, the same on all of its pages."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from core.names import HeatKind
from core.sources.markup import text_of
from core.sources.race import PRACTICE_WORDS, page_name, page_text, phase_kind

_HEAT: Final = re.compile(
    r"\s*\(\s*Heat\s+(?P<heat>[0-9]+)(?:\s*(?:/|of)\s*[0-9]+)?\s*\)\s*$", re.IGNORECASE
)
_MAIN: Final = re.compile(
    r"(?:^|(?<=[\s(]))\(?(?P<main>(?:[A-Z]{1,2}[0-9]{0,2}|[0-9]/[0-9]{1,2})[- ]Main)\)?\s*$",
    re.IGNORECASE,
)
_RACE: Final = re.compile(r"Race\s+(?P<number>[0-9]+)\s*:\s*(?P<rest>.+)", re.IGNORECASE)
_ROUND: Final = re.compile(
    r"(?P<phase>qualif\w*|practice)\s*(?:round)?\s*(?P<number>[0-9]+)?", re.IGNORECASE
)
_ROUND_WORD: Final = re.compile(r"(?<=\S)\s+round\b", re.IGNORECASE)
_PRACTICE: Final = re.compile(rf"\bp[0-9]*\b|{PRACTICE_WORDS}", re.IGNORECASE)
_MAIN_EVENTS: Final = re.compile(r"main events?|mains?|finals?", re.IGNORECASE)

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_DATE: Final = re.compile(
    r"\b(?P<month>[A-Z][a-z]{2})[a-z]*\.?\s+(?P<day>[0-9]{1,2}),\s*(?P<year>[0-9]{4})"
)
_TIME: Final = re.compile(
    r"\b(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?\s*(?P<half>[ap])\.?m",
    re.IGNORECASE,
)


class Named(NamedTuple):
    """What a race is called."""

    class_name: str | None
    heat_name: str
    kind: HeatKind


class Titled(NamedTuple):
    """What stands in a page's title."""

    track: str | None
    event: str | None
    rest: str


def titled(tree: LexborHTMLParser) -> Titled:
    """Read ``track :: event :: class and heat :: LiveRC``; an event may hold ``::`` itself."""
    parts = [part.strip() for part in text_of(tree.css_first("title")).split("::")]
    if len(parts) < 2:
        return Titled(None, None, "")
    track, *middle, _site = parts
    if len(middle) < 2:
        return Titled(page_text(track), page_text(middle[0]) if middle else None, "")
    *event, rest = middle
    return Titled(page_text(track), page_text(" :: ".join(event)), rest)


def named(class_and_heat: str, round_name: str) -> Named:
    """Name a race of which class and heat stand in one string, as on its own page.

    Args:
        class_and_heat: Such as ``1/8 Nitro Buggy (Heat 3/3)`` or ``Junior A-Main``.
        round_name: Such as ``Qualifier Round 2`` or ``Main Events``.
    """
    for ending in (_HEAT, _MAIN):
        if found := ending.search(class_and_heat):
            return _named(class_and_heat[: found.start()], found[0], round_name)
    return _named(class_and_heat, "", round_name)


def listed(link: str, round_name: str) -> Named | None:
    """Name a race as an event page links it: ``Race 14: Junior (Junior A-Main)``.

    The class stands twice there, so that it is known where the heat begins.

    Returns:
        None where the link is no race.
    """
    race = _RACE.fullmatch(link.strip())
    if race is None:
        return None
    rest = race["rest"].strip()
    if rest.endswith(")"):
        for opening in (at for at, letter in enumerate(rest) if letter == "("):
            class_name, inside = rest[:opening].strip(), rest[opening + 1 : -1].strip()
            if class_name and inside.startswith(class_name):
                return _named(class_name, inside[len(class_name) :], round_name)
        if not _HEAT.search(rest):
            class_name, _, inside = rest[:-1].partition("(")
            return _named(class_name, inside, round_name)
    return named(rest, round_name)


def _named(class_name: str, heat: str, round_name: str) -> Named:
    heat = heat.strip()
    if found := _HEAT.fullmatch(heat):
        heat = f"Heat {found['heat']}"
    else:
        while heat.startswith("(") and heat.endswith(")"):
            heat = heat[1:-1].strip()
    round_name = round_name.strip()
    is_main = bool(re.search(r"\bmain\b", heat, re.IGNORECASE))
    short = "" if is_main or _MAIN_EVENTS.fullmatch(round_name) else _short_round(round_name)
    whole = page_name(f"{short} {heat}") or page_name(round_name) or "Race"
    if not short and not heat and _MAIN_EVENTS.fullmatch(round_name):
        whole = "Main"
    kind = HeatKind.MAIN if is_main else phase_kind(round_name, whole)
    if kind is HeatKind.PRACTICE and not _PRACTICE.search(f"{round_name} {whole}"):
        kind = HeatKind.QUALIFYING
    return Named(page_name(class_name), whole, kind)


def _short_round(round_name: str) -> str:
    """``Q1`` for ``Qualifier Round 1``, ``P2`` for ``Practice Round 2``, else without "Round"."""
    if found := _ROUND.fullmatch(round_name):
        letter = found["phase"][0].upper()
        return f"{letter}{found['number'] or ''}"
    return _ROUND_WORD.sub("", round_name)


def date_in(text: str) -> date | None:
    """The first date such as ``Nov 16, 2025`` or ``October 25, 2025``."""
    return next(iter(dates_in(text)), None)


def dates_in(text: str) -> list[date]:
    """All dates of a text, in its order."""
    found = []
    for match in _DATE.finditer(text):
        month = match["month"].lower()
        if month in _MONTHS:
            try:
                found.append(date(int(match["year"]), _MONTHS.index(month) + 1, int(match["day"])))
            except ValueError:
                continue
    return found


def time_in(text: str, day: date | None) -> datetime | None:
    """The first time of day such as ``5:30pm`` or ``2:43:27pm``, on that day."""
    found = _TIME.search(text)
    if found is None or day is None:
        return None
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if not 1 <= hour <= 12 or minute > 59 or second > 59:
        return None
    hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    return datetime.combine(day, time(hour, minute, second))
