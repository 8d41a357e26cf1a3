"""Which of the races that a page offers are meant: so many at a time as a select holds.

Those that are here already and those with a team member are marked by what is stored; nothing is
fetched for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from core.database import Unit
from core.follow_models import EventRace, WatchedPage
from core.models import Heat, RacerProfile, RaceSession, SessionClass
from core.names import name_key
from core.race_day.driven import heats_of
from core.race_day.finding import classes_of
from core.race_day.import_questions import MOST_AT_ONCE, Asked, so_many
from core.results.importing import ImportAsks
from core.sources.race import RaceLink, RaceList
from core.sources.who import names_nobody, same_name

# What an answer sets; the service carries it out.
PICKS: Final = "picks"
OPENS: Final = "opens"

_HERE: Final = "✓ is in this session already."
_OURS: Final = "★ has somebody of the team in it."
_NO_NAMES: Final = (
    "★ has somebody of the team in it, as read before. "
    "The others may too: that page names no drivers."
)
_OUR_CLASS: Final = "★ Class … is one of this session's."


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of the races and classes a page offers.

    Attributes:
        here: The ids of those that were imported into the session.
        ours: The ids of those that somebody of the team drove in.
        classes: The classes of the session's heats, as they are compared.
    """

    here: Collection[str] = frozenset()
    ours: Collection[str] = frozenset()
    classes: Collection[str] = frozenset()


def which_races(offers: RaceList, marks: Marks, own: RacerProfile, turned_to: int) -> Asked | None:
    """Ask which of the races are meant that a page offers; None where it has none to read.

    Args:
        offers: The page.
        marks: What is known of them.
        own: Who imports; their own practice comes first.
        turned_to: How often others were asked for, from 0.
    """
    races = readable(offers, own)
    options = [(_race_label(race, marks), {PICKS: [race.source_id]}) for race in races]
    classes: list[tuple[str, dict[str, Any]]] = [
        (_class_label(page.name, marks), {OPENS: page.address})
        for page in offers.classes
        if page.address and not page.is_this_page
    ]
    # The classes are found at once, whatever this one has of races.
    room = max(MOST_AT_ONCE - len(classes), MOST_AT_ONCE // 2)
    offered = [*options[:room], *classes, *options[room:]]
    if not offered:
        return None
    shown = so_many(offered, turned_to, *_words(offers))
    if len(races) > 1:
        shown.append(("All of them", {PICKS: [race.source_id for race in races]}))
    name = offers.event or offers.class_name or f"This {offers.page.value}"
    lines = _lines([label for label, _ in shown], names_drivers=any(race.drivers for race in races))
    return Asked(ImportAsks.RACES, f"{name}: which race?", tuple(shown), lines)


def readable(offers: RaceList, own: RacerProfile) -> list[RaceLink]:
    """Return the races of a page that can be read, the importer's own first."""
    races = [race for race in offers.races if race.is_available and race.address]
    name = own.liverc_name
    return sorted(races, key=lambda race: not (name and _is_among([name], race.drivers)))


def _words(offers: RaceList) -> tuple[str, str]:
    """How the others are called: a page without times has its races in an order of its own."""
    if any(race.at for race in offers.races):
        return "Older races …", "Newer races …"
    return "More races …", "Races before these …"


def _lines(labels: Sequence[str], *, names_drivers: bool) -> tuple[str, ...]:
    """What the marks mean that are shown."""
    lines = [_HERE] if any(label.startswith("✓") for label in labels) else []
    if any(label.startswith("★") and not label.startswith("★ Class ") for label in labels):
        lines.append(_OURS if names_drivers else _NO_NAMES)
    if any(label.startswith("★ Class ") for label in labels):
        lines.append(_OUR_CLASS)
    return tuple(lines)


def _race_label(race: RaceLink, marks: Marks) -> str:
    parts = [race.title]
    if race.drivers and race.title not in race.drivers:
        parts.append(", ".join(race.drivers))
    if race.at is not None:
        parts.append(f"{race.at:%H:%M}")
    is_here = race.source_id in marks.here
    mark = "✓ " if is_here else "★ " if race.source_id in marks.ours else ""
    return mark + " · ".join(parts)


def _class_label(name: str, marks: Marks) -> str:
    return f"★ Class {name}" if name_key(name) in marks.classes else f"Class {name}"


# What is known


def marks_of(
    unit: Unit,
    offers: RaceList,
    profiles: Sequence[RacerProfile],
    session: RaceSession | None,
    others: Sequence[RaceSession],
) -> Marks:
    """Return what is known of the races a page offers.

    A race is the team's where the page names somebody of it, where its page was read for whoever
    follows the event, or where it is in another open session.

    Args:
        unit: The transaction.
        offers: The page.
        profiles: The racers of the team.
        session: The session they would go to; None for none yet.
        others: The team's other open sessions.
    """
    here, elsewhere = _imported(unit, [session] if session else []), _imported(unit, others)
    names = [racer.liverc_name for racer in profiles if racer.liverc_name]
    ours = {race.source_id for race in offers.races if _is_among(names, race.drivers)}
    ids = {racer.liverc_id for racer in profiles if racer.liverc_id}
    return Marks(
        here=here,
        ours=ours | elsewhere | _read_with(unit, offers, names, ids),
        classes=_classes_in(unit, session) if session else frozenset(),
    )


def _imported(unit: Unit, sessions: Sequence[RaceSession]) -> set[str]:
    if not sessions:
        return set()
    source_ids = select(Heat.source_id).where(
        Heat.session_id.in_([session.id for session in sessions]), Heat.source_id.is_not(None)
    )
    return {source_id for source_id in unit.connection.scalars(source_ids) if source_id}


def _classes_in(unit: Unit, session: RaceSession) -> set[str]:
    """Return the classes of a session, also as pages call them by what was said there."""
    said = select(SessionClass.page_class_key).where(SessionClass.session_id == session.id)
    own = (name_key(name) for name in classes_of(heats_of(unit, session)) if name)
    return {*own, *unit.connection.scalars(said)}


def _read_with(
    unit: Unit, offers: RaceList, names: Sequence[str], ids: Collection[str]
) -> set[str]:
    """Return the ids of the races that were read for a follow and have somebody of a team."""
    by_address = {race.address: race.source_id for race in offers.races if race.address}
    pages = unit.connection.execute(
        select(WatchedPage.id, WatchedPage.event_id, WatchedPage.address).where(
            WatchedPage.address.in_(list(by_address))
        )
    ).all()
    races = unit.connection.execute(
        select(EventRace.page_id, EventRace.parsed).where(
            EventRace.event_id.in_({event_id for _, event_id, _ in pages if event_id}),
            EventRace.page_id.in_([page_id for page_id, _, _ in pages]),
        )
    ).all()
    address_of = {page_id: address for page_id, _, address in pages}
    known = dict[str, bool]()
    found = set()
    for page_id, parsed in races:
        # Everybody drives in several races.
        for driver in (driver for driver in parsed["drivers"] if driver["laps"]):
            name, source_id = driver["name"], driver["source_id"]
            if name not in known:
                known[name] = _is_among(names, [name])
            if known[name] or source_id in ids:
                found.add(by_address[address_of[page_id]])
    return found


def _is_among(names: Sequence[str], drivers: Iterable[str]) -> bool:
    """Tell whether any of a page's drivers has one of these names."""
    return any(
        same_name(driver, name) for driver in drivers if not names_nobody(driver) for name in names
    )
