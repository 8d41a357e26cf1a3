"""Sessions follow events: what is followed, the pages that are read, and the races found there.

Pages and races are shared by all teams; ``races_taken`` tells which of them a follow has taken in,
``site_slots`` when a timing site was last asked.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_watched_pages()
    _create_event_races()
    _create_follows()
    op.create_table(
        "races_taken",
        sa.Column("follow_id", sa.Uuid(), nullable=False),
        sa.Column("race_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("has_members", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.Text()),
        sa.Column("try_again_at", MOMENT),
        sa.PrimaryKeyConstraint("follow_id", "race_id", name=op.f("pk_races_taken")),
        _refers("races_taken", "follow_id", "follows"),
        _refers("races_taken", "race_id", "event_races"),
    )
    op.create_table(
        "site_slots",
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("held_until", MOMENT),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site_slots")),
    )


def downgrade() -> None:
    for table in ("site_slots", "races_taken", "follows", "event_races", "watched_pages"):
        op.drop_table(table)


def _create_watched_pages() -> None:
    op.create_table(
        "watched_pages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid()),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("site", sa.String(255), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("content_hash", sa.String(64)),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("is_news", sa.Boolean(), nullable=False),
        sa.Column("looked_at", MOMENT),
        sa.Column("next_look_at", MOMENT),
        sa.Column("claimed_until", MOMENT),
        sa.Column("claim", sa.Uuid()),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text()),
        sa.Column("refused_since", MOMENT),
        sa.Column("came_in_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_pages")),
        _refers("watched_pages", "event_id", "watched_pages"),
        sa.UniqueConstraint("address", name=op.f("uq_watched_pages_address")),
        sa.CheckConstraint("role IN ('event', 'race')", name=op.f("ck_watched_pages_role")),
    )
    op.create_index("ix_watched_pages_next_look_at", "watched_pages", ["next_look_at"])
    op.create_index("ix_watched_pages_event_id", "watched_pages", ["event_id"])


def _create_event_races() -> None:
    op.create_table(
        "event_races",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("parsed", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("laps", sa.JSON(), nullable=False),
        sa.Column("has_faults", sa.Boolean(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("is_news", sa.Boolean(), nullable=False),
        sa.Column("ready_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_races")),
        _refers("event_races", "event_id", "watched_pages"),
        _refers("event_races", "page_id", "watched_pages"),
    )
    op.create_index("ix_event_races_event_id", "event_races", ["event_id"])


def _create_follows() -> None:
    op.create_table(
        "follows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("followed_by", sa.Uuid()),
        sa.Column("channel_id", sa.BigInteger()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closing_since", MOMENT),
        sa.Column("hand_out_at", MOMENT),
        sa.Column("people_key", sa.String(64), server_default="", nullable=False),
        sa.Column("came_in_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
        _refers("follows", "team_id", "teams"),
        _refers("follows", "session_id", "sessions"),
        _refers("follows", "event_id", "watched_pages"),
        _refers("follows", "followed_by", "racer_profiles", ondelete="SET NULL"),
        sa.UniqueConstraint("session_id", "event_id", name=op.f("uq_follows_session_id_event_id")),
        sa.CheckConstraint(
            "state IN ('active', 'closing', 'done', 'lost')", name=op.f("ck_follows_state")
        ),
    )
    for column in ("team_id", "event_id", "hand_out_at"):
        op.create_index(f"ix_follows_{column}", "follows", [column])


def _refers(
    table: str, column: str, parent: str, *, ondelete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete=ondelete)
