"""Names agree also where hyphens, blanks and idle dots differ: ``A-Main`` is ``A main``.

Keys that stand are folded further. Two heats of a session that had different keys may now agree:
the second one keeps its old keys, and is found by its id until somebody renames it.
"""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As names were folded when this revision was written, whatever becomes of that later.
_BLANKS = re.compile(r"\s+")
_NO_DIFFERENCE = re.compile(r"[\s\-\u2010-\u2015]+|(?<![0-9])\.|\.(?![0-9])")
_IN_SQL = "[[:space:]‐-―-]+|(?<![0-9])[.]|[.](?![0-9])"

_HEATS = sa.table(
    "heats",
    sa.column("id", sa.Uuid),
    sa.column("session_id", sa.Uuid),
    sa.column("name", sa.String),
    sa.column("name_key", sa.String),
    sa.column("class_name", sa.String),
    sa.column("class_key", sa.String),
    sa.column("opened_at", sa.DateTime(timezone=True)),
)
_SESSIONS = sa.table(
    "sessions",
    sa.column("id", sa.Uuid),
    sa.column("track_name", sa.String),
    sa.column("track_key", sa.String),
)
_RUNS = sa.table(
    "heat_racers",
    sa.column("heat_id", sa.Uuid),
    sa.column("class_key", sa.String),
    sa.column("track_key", sa.String),
)


def upgrade() -> None:
    if op.get_context().as_sql:
        _fold_in_sql()
    else:
        _fold()
    _carry_along()


def downgrade() -> None:
    bind = op.get_bind()
    for heat in bind.execute(sa.select(_HEATS)).all():
        class_key = _key_before(heat.class_name, heat.class_key)
        _set_keys(heat, class_key, _key_before(heat.name, heat.name_key))
    tracks = sa.select(_SESSIONS).where(_SESSIONS.c.track_key.is_not(None))
    for session in bind.execute(tracks).all():
        _set_track(session, _key_before(session.track_name or "", session.track_key))
    _carry_along()


def _fold() -> None:
    bind = op.get_bind()
    # Who is called so already comes first, then who was first.
    heats = sorted(
        bind.execute(sa.select(_HEATS)),
        key=lambda heat: (_keys_of(heat) != _heat_keys(heat), heat.opened_at, heat.id.hex),
    )
    taken = set()
    for heat in heats:
        keys = _keys_of(heat)
        if (heat.session_id, *keys) not in taken:
            taken.add((heat.session_id, *keys))
            _set_keys(heat, *keys)
    tracks = sa.select(_SESSIONS).where(_SESSIONS.c.track_key.is_not(None))
    for session in bind.execute(tracks).all():
        _set_track(session, _folded(session.track_key))


def _heat_keys(heat: sa.Row[tuple[object, ...]]) -> tuple[str, str]:
    """Return the keys of a heat as they stand."""
    return heat.class_key, heat.name_key


def _keys_of(heat: sa.Row[tuple[object, ...]]) -> tuple[str, str]:
    return _folded(heat.class_key), _folded(heat.name_key)


def _set_keys(heat: sa.Row[tuple[object, ...]], class_key: str, name_key: str) -> None:
    if _heat_keys(heat) != (class_key, name_key):
        op.get_bind().execute(
            sa.update(_HEATS)
            .where(_HEATS.c.id == heat.id)
            .values(class_key=class_key, name_key=name_key)
        )


def _set_track(session: sa.Row[tuple[object, ...]], track_key: str) -> None:
    if session.track_key != track_key:
        op.get_bind().execute(
            sa.update(_SESSIONS).where(_SESSIONS.c.id == session.id).values(track_key=track_key)
        )


def _folded(key: str) -> str:
    return unicodedata.normalize("NFC", _NO_DIFFERENCE.sub("", key))


def _key_before(name: str, key: str) -> str:
    """Return the key a name had before; where the key does not come from it, the key."""
    folded = unicodedata.normalize("NFD", name).casefold()
    before = _BLANKS.sub(" ", unicodedata.normalize("NFC", folded)).strip()
    return before if _folded(before) == key else key


def _fold_in_sql() -> None:
    """Do the same in a script for PostgreSQL, which cannot look what there is."""
    keys = sa.tuple_(_HEATS.c.class_key, _HEATS.c.name_key)
    folded = sa.tuple_(_in_sql(_HEATS.c.class_key), _in_sql(_HEATS.c.name_key))
    place = sa.func.row_number().over(
        partition_by=(_HEATS.c.session_id, *folded.clauses),
        order_by=(folded != keys, _HEATS.c.opened_at, _HEATS.c.id),
    )
    ranked = sa.select(_HEATS.c.id, place.label("place")).subquery("ranked")
    op.execute(
        sa.update(_HEATS)
        .where(_HEATS.c.id == ranked.c.id, ranked.c.place == 1)
        .values(class_key=_in_sql(_HEATS.c.class_key), name_key=_in_sql(_HEATS.c.name_key))
    )
    track_key = _in_sql(_SESSIONS.c.track_key)
    differs = _SESSIONS.c.track_key != track_key
    op.execute(sa.update(_SESSIONS).where(differs).values(track_key=track_key))


def _in_sql(key: sa.ColumnElement[str]) -> sa.Function[str]:
    return sa.func.regexp_replace(key, _IN_SQL, "", "g")


def _carry_along() -> None:
    """Have the runs carry the keys of their heat and session."""
    is_its_heat = _HEATS.c.id == _RUNS.c.heat_id
    class_key = sa.select(_HEATS.c.class_key).where(is_its_heat).scalar_subquery()
    track_key = (
        sa.select(_SESSIONS.c.track_key)
        .join(_HEATS, _HEATS.c.session_id == _SESSIONS.c.id)
        .where(is_its_heat)
        .scalar_subquery()
    )
    for column, key in ((_RUNS.c.class_key, class_key), (_RUNS.c.track_key, track_key)):
        op.execute(sa.update(_RUNS).where(column != key).values({column: key}))
