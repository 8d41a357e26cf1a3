"""The heats of a session as one racer sees them: which is theirs, which is open, which has a name.

All functions only ever look within one team.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, case, exists, func, select

from core.database import Unit
from core.errors import BadInput, NotFound
from core.models import (
    OPEN,
    ZERO,
    Heat,
    HeatRacer,
    PostState,
    RacerProfile,
    RaceSession,
    SummaryPost,
)
from core.names import name_key, names_after_main, next_heat_name
from core.race_day.rows import HEAT, SCORE, HeatRow, ScoreRow, heat_of


@dataclass(frozen=True, slots=True)
class Driven:
    """A heat as one racer sees it.

    Attributes:
        heat: The heat.
        score: What the racer has in it; None for nothing.
        post: The state of its summary; None where none was ordered.
        is_empty: Whether nobody has laps in it.
        others_logged_at: When another racer's laps last came into it, while it is open.
    """

    heat: HeatRow
    score: ScoreRow | None = None
    post: PostState | None = None
    is_empty: bool = False
    others_logged_at: datetime | None = None

    @property
    def has_laps(self) -> bool:
        """Whether the racer has laps in it."""
        return self.score is not None and self.score.lap_count > 0

    @property
    def logged_at(self) -> datetime | None:
        """When the racer's laps last came into it; None without laps."""
        return self.score.logged_at if self.score is not None and self.has_laps else None


# A heat as a racer sees it: the columns of ``driven_of``.
DRIVEN: Final = (*HEAT, *SCORE, SummaryPost.state)
_RUNS: Final = HeatRacer.__table__.alias("runs")
_HAS_RUNS: Final = exists().where(_RUNS.c.heat_id == Heat.id, _RUNS.c.lap_count > ZERO)
_OTHERS_LOGGED: Final = (
    select(func.max(_RUNS.c.logged_at))
    .where(_RUNS.c.heat_id == Heat.id, _RUNS.c.racer_id.is_distinct_from(bindparam("racer_id")))
    .scalar_subquery()
)
_OF_RACER: Final = and_(HeatRacer.heat_id == Heat.id, HeatRacer.racer_id == bindparam("racer_id"))
_HEATS: Final = (
    select(*DRIVEN, _HAS_RUNS, case((Heat.status == OPEN, _OTHERS_LOGGED), else_=None))
    # Outer joins go from the session's heats to their runs, never through all of a racer's.
    .outerjoin(HeatRacer, _OF_RACER)
    .outerjoin(SummaryPost, SummaryPost.heat_id == Heat.id)
    .where(Heat.session_id == bindparam("session_id"))
    .order_by(Heat.opened_at, Heat.id)
)
_HEAT: Final = (
    select(*DRIVEN, RaceSession)
    .join(RaceSession, RaceSession.id == Heat.session_id)
    .outerjoin(HeatRacer, _OF_RACER)
    .outerjoin(SummaryPost, SummaryPost.heat_id == Heat.id)
    .where(Heat.id == bindparam("heat_id"), RaceSession.team_id == bindparam("team_id"))
)
_SCORE_AT: Final = len(HEAT)
# Never empty where the racer is in the heat.
_LAP_COUNT_AT: Final = _SCORE_AT + [column.key for column in SCORE].index("lap_count")
_STATE_AT: Final = _SCORE_AT + len(SCORE)


def heats_of(unit: Unit, session: RaceSession, racer: RacerProfile | None = None) -> list[Driven]:
    """Return the session's heats in the order they were opened, as a racer sees them."""
    found = unit.connection.execute(
        _HEATS, {"session_id": session.id, "racer_id": racer.id if racer else None}
    )
    return [driven_of(row, is_empty=not row[-2], others_logged_at=row[-1]) for row in found]


def driven_of(
    columns: Sequence[Any], *, is_empty: bool = False, others_logged_at: datetime | None = None
) -> Driven:
    """Return the heat at the front of a row that was selected with ``DRIVEN`` first."""
    score = None
    if columns[_LAP_COUNT_AT] is not None:
        score = ScoreRow(*columns[_SCORE_AT:_STATE_AT])
    return Driven(heat_of(columns), score, columns[_STATE_AT], is_empty, others_logged_at)


def heat_by_id(
    unit: Unit, team_id: int, heat_id: UUID, racer: RacerProfile | None = None
) -> tuple[RaceSession, Driven]:
    """Return a heat of the team as a racer sees it, with its session.

    Raises:
        NotFound: The team has no such heat.
    """
    known = {
        "heat_id": heat_id,
        "team_id": team_id,
        "racer_id": racer.id if racer else None,
    }
    columns = unit.db.execute(_HEAT, known).first()
    if columns is None:
        raise NotFound("That heat does not exist any more; /heat list shows them all.")
    return columns[-1], driven_of(columns)


def match_heat(
    heats: Sequence[Driven], text: str, class_name: str | None, *, other_classes: bool
) -> Driven | None:
    """Return the heat a name means: in one's class, or with its class in front.

    Args:
        heats: Where to look.
        text: What was typed.
        class_name: The racer's class, None when it is not known.
        other_classes: Whether a bare name may also mean the only heat so called in another class.

    Raises:
        BadInput: Heats of several other classes have that name.
    """
    key = name_key(text)
    named = [each for each in heats if each.heat.name_key == key]
    own_class = name_key(class_name or "")
    own = [each for each in named if each.heat.class_key == own_class]
    if own:
        return own[0]
    labelled = [each for each in heats if name_key(each.heat.ref.label) == key]
    if labelled:
        return labelled[0]
    if not other_classes or not named:
        return None
    if len(named) > 1:
        labels = " and ".join(each.heat.ref.label for each in named[:3])
        raise BadInput(f"Which one: {labels}? Type the heat with its class in front.")
    return named[0]


def heats_in(heats: Sequence[Driven], class_name: str) -> list[Driven]:
    """Return the heats of one class, in their order."""
    key = name_key(class_name)
    return [each for each in heats if each.heat.class_key == key]


def next_name(heats: Sequence[Driven], session: RaceSession, class_name: str) -> str:
    """Return the name that counts on from the class's heats; one without laps takes no name."""
    return next_heat_name(
        _names(heats, class_name),
        practice_rounds=session.practice_rounds,
        qualifying_rounds=session.qualifying_rounds,
    )


def mains_next(heats: Sequence[Driven], class_name: str) -> tuple[str, ...]:
    """Return what may come next where the class's last heat was an A or B main; else nothing."""
    names = _names(heats, class_name)
    return names_after_main(names[-1]) if names else ()


def _names(heats: Sequence[Driven], class_name: str) -> list[str]:
    return [each.heat.name for each in heats_in(heats, class_name) if not each.is_empty]


def own_heat(heats: Sequence[Driven]) -> Driven | None:
    """Return the heat that the racer last logged in, open or not."""
    logged = [(each.logged_at, at) for at, each in enumerate(heats) if each.logged_at]
    return heats[max(logged)[1]] if logged else None


def own_open_heat(heats: Sequence[Driven]) -> Driven | None:
    """Return the open heat that the racer last logged in."""
    return own_heat([each for each in heats if each.heat.is_open])


def latest_open_heat(heats: Sequence[Driven]) -> Driven | None:
    """Return the latest of the heats that is open."""
    return next((each for each in reversed(heats) if each.heat.is_open), None)


def latest_driven(heats: Sequence[Driven]) -> Driven | None:
    """Return the latest of the heats that the racer has laps in."""
    return next((each for each in reversed(heats) if each.has_laps), None)


def has_posts_since(heat: HeatRow, heats: Sequence[Driven]) -> bool:
    """Tell whether this heat or a later one of its class has a post, or is to have one."""
    return any(
        each.post is not None
        and each.heat.class_key == heat.class_key
        and each.heat.opened_at >= heat.opened_at
        for each in heats
    )


def version_of(
    driven: Driven, note: str | None = None, laps: Sequence[tuple[int, int, bool]] = ()
) -> str:
    """Return a word for what the form shows of a run, another one whenever that is changed.

    Args:
        driven: The heat.
        note: What was changed on the car.
        laps: Number, time in ms, and whether it counts, of each.
    """
    shown = driven.heat.ref.label, note, list(laps)
    return hashlib.blake2s(repr(shown).encode(), digest_size=6).hexdigest()
