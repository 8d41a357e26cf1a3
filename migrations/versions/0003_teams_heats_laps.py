"""Teams, heats, laps and all that hangs off them.

Rows of adopted tables get no team here: nobody but the people who run the bot knows whose they
are, and says so on the command line.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations import earlier

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Newest last, so that none refers to one that does not stand yet.
TABLES = (
    "teams",
    "session_racers",
    "heats",
    "entries",
    "run_logs",
    "heat_racers",
    "summary_posts",
    "drafts",
    "interactions_seen",
)

# SQLite numbers rows by itself only in a column that is exactly INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    earlier.refuse_taken(set(TABLES), {"racer_profiles": "team_id", "sessions": "team_id"})
    _create_teams()
    _extend_racer_profiles()
    _extend_sessions()
    _create_session_racers()
    _create_heats()
    _create_entries()
    _create_run_logs()
    _create_heat_racers()
    _create_summary_posts()
    _create_drafts()
    _create_interactions_seen()


def downgrade() -> None:
    for table in reversed(TABLES):
        if table != "teams":
            op.drop_table(table)
    op.drop_index("ix_sessions_team_id_status", "sessions")
    for column in ("closes_at", "implicit", "time_zone", "days", "track_key", "team_id"):
        earlier.drop_column("sessions", column)
    op.drop_index("uq_racer_profiles_team_id_discord_user_id", "racer_profiles")
    for column in ("liverc_id", "liverc_name", "discord_user_id", "team_id"):
        earlier.drop_column("racer_profiles", column)
    op.drop_table("teams")


def _create_teams() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("summary_channel_id", sa.BigInteger()),
        sa.Column("crew_role_id", sa.BigInteger()),
        sa.Column("time_zone", sa.String(64), server_default="UTC", nullable=False),
        sa.Column("auto_finish_minutes", sa.Integer(), server_default="30", nullable=False),
        sa.Column("greeted_at", MOMENT),
        sa.Column("created_at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )


def _extend_racer_profiles() -> None:
    earlier.add_column("racer_profiles", _team("racer_profiles"))
    earlier.add_column("racer_profiles", sa.Column("discord_user_id", sa.BigInteger()))
    earlier.add_column("racer_profiles", sa.Column("liverc_name", sa.String(255)))
    earlier.add_column("racer_profiles", sa.Column("liverc_id", sa.String(50)))
    op.create_index(
        "uq_racer_profiles_team_id_discord_user_id",
        "racer_profiles",
        ["team_id", "discord_user_id"],
        unique=True,
    )


def _extend_sessions() -> None:
    earlier.add_column("sessions", _team("sessions"))
    earlier.add_column("sessions", sa.Column("track_key", sa.String(255)))
    earlier.add_column(
        "sessions", sa.Column("days", sa.Integer(), server_default="1", nullable=False)
    )
    earlier.add_column(
        "sessions", sa.Column("time_zone", sa.String(64), server_default="UTC", nullable=False)
    )
    earlier.add_column("sessions", _flag("implicit"))
    earlier.add_column("sessions", sa.Column("closes_at", MOMENT))
    op.create_index("ix_sessions_team_id_status", "sessions", ["team_id", "status"])


def _create_session_racers() -> None:
    op.create_table(
        "session_racers",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("racer_id", sa.Uuid(), nullable=False),
        sa.Column("class_name", sa.String(50)),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "racer_id", name=op.f("pk_session_racers")),
        _refers("session_racers", "session_id", "sessions"),
        _refers("session_racers", "racer_id", "racer_profiles"),
    )
    op.create_index(
        "ix_session_racers_racer_id_chosen_at", "session_racers", ["racer_id", "chosen_at"]
    )


def _create_heats() -> None:
    op.create_table(
        "heats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("name_key", sa.String(100), nullable=False),
        sa.Column("class_name", sa.String(50), server_default="", nullable=False),
        sa.Column("class_key", sa.String(100), server_default="", nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("length_s", sa.Integer()),
        sa.Column("status", sa.String(20), server_default="open", nullable=False),
        _flag("implicit"),
        sa.Column("opened_by", sa.Uuid()),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("finished_by", sa.Uuid()),
        sa.Column("finished_at", MOMENT),
        sa.Column("last_activity_at", MOMENT, nullable=False),
        sa.Column("last_channel_id", sa.BigInteger()),
        sa.Column("source_url", sa.Text()),
        sa.Column("source_hash", sa.String(64)),
        sa.Column("source_table", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heats")),
        _refers("heats", "session_id", "sessions"),
        _refers("heats", "opened_by", "racer_profiles", ondelete="SET NULL"),
        _refers("heats", "finished_by", "racer_profiles", ondelete="SET NULL"),
        sa.UniqueConstraint(
            "session_id",
            "class_key",
            "name_key",
            name=op.f("uq_heats_session_id_class_key_name_key"),
        ),
        sa.CheckConstraint("status IN ('open', 'finished')", name=op.f("ck_heats_status")),
    )
    op.create_index("ix_heats_status_last_activity_at", "heats", ["status", "last_activity_at"])


def _create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", ROW_ID, sa.Identity(), nullable=False),
        sa.Column("heat_id", sa.Uuid(), nullable=False),
        sa.Column("racer_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("note", sa.String(100)),
        sa.Column("replaced", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        _refers("entries", "heat_id", "heats"),
        _refers("entries", "racer_id", "racer_profiles"),
        _refers("entries", "entered_by", "racer_profiles"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_heat_id_racer_id", "entries", ["heat_id", "racer_id"])


def _create_run_logs() -> None:
    op.create_table(
        "run_logs",
        sa.Column("id", ROW_ID, sa.Identity(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("heat_id", sa.Uuid(), nullable=False),
        sa.Column("racer_id", sa.Uuid(), nullable=False),
        sa.Column("lap_number", sa.Integer(), nullable=False),
        sa.Column("lap_time_ms", sa.Integer(), nullable=False),
        sa.Column("confidence_rating", sa.Integer()),
        _flag("counts", default="1"),
        _flag("counts_decided"),
        sa.Column("entry_id", ROW_ID),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_logs")),
        _refers("run_logs", "session_id", "sessions"),
        _refers("run_logs", "heat_id", "heats"),
        _refers("run_logs", "racer_id", "racer_profiles"),
        _refers("run_logs", "entry_id", "entries", ondelete="SET NULL"),
        sa.UniqueConstraint(
            "heat_id",
            "racer_id",
            "lap_number",
            name=op.f("uq_run_logs_heat_id_racer_id_lap_number"),
        ),
        sa.CheckConstraint("lap_time_ms BETWEEN 1 AND 999999", name=op.f("ck_run_logs_lap_time")),
        sa.CheckConstraint(
            "confidence_rating BETWEEN 1 AND 5", name=op.f("ck_run_logs_confidence")
        ),
    )
    op.create_index("ix_run_logs_session_id", "run_logs", ["session_id"])
    op.create_index("ix_run_logs_entry_id", "run_logs", ["entry_id"])


def _create_heat_racers() -> None:
    op.create_table(
        "heat_racers",
        sa.Column("heat_id", sa.Uuid(), nullable=False),
        sa.Column("racer_id", sa.Uuid(), nullable=False),
        sa.Column("confidence_rating", sa.Integer()),
        sa.Column("note", sa.String(100)),
        sa.Column("lap_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("best_lap_ms", sa.Integer()),
        sa.Column("orp_score", sa.Float()),
        sa.Column("orp_status", sa.String(20)),
        sa.Column("orp_figures", sa.JSON()),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("heat_id", "racer_id", name=op.f("pk_heat_racers")),
        _refers("heat_racers", "heat_id", "heats"),
        _refers("heat_racers", "racer_id", "racer_profiles"),
        sa.CheckConstraint(
            "confidence_rating BETWEEN 1 AND 5", name=op.f("ck_heat_racers_confidence")
        ),
    )
    op.create_index("ix_heat_racers_racer_id", "heat_racers", ["racer_id"])


def _create_summary_posts() -> None:
    op.create_table(
        "summary_posts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("heat_id", sa.Uuid()),
        sa.Column("session_id", sa.Uuid()),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("fallback_channel_id", sa.BigInteger()),
        sa.Column("channel_id", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        _flag("silent"),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("wanted", sa.Integer(), server_default="1", nullable=False),
        sa.Column("shown", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempted_at", MOMENT),
        sa.Column("sending_since", MOMENT),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("claimed_until", MOMENT),
        sa.Column("last_error", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_posts")),
        _refers("summary_posts", "team_id", "teams"),
        _refers("summary_posts", "heat_id", "heats", ondelete="SET NULL"),
        _refers("summary_posts", "session_id", "sessions", ondelete="SET NULL"),
        sa.UniqueConstraint("heat_id", name=op.f("uq_summary_posts_heat_id")),
        sa.UniqueConstraint("session_id", name=op.f("uq_summary_posts_session_id")),
        sa.CheckConstraint(
            "state IN ('pending', 'posted', 'blocked', 'gone', 'removing')",
            name=op.f("ck_summary_posts_state"),
        ),
    )
    op.create_index(
        "ix_summary_posts_state_next_attempt_at", "summary_posts", ["state", "next_attempt_at"]
    )


def _create_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("discord_user_id", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        _refers("drafts", "team_id", "teams"),
    )
    op.create_index("ix_drafts_created_at", "drafts", ["created_at"])


def _create_interactions_seen() -> None:
    op.create_table(
        "interactions_seen",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactions_seen")),
    )
    op.create_index("ix_interactions_seen_seen_at", "interactions_seen", ["seen_at"])


def _team(table: str) -> sa.Column[Any]:
    """The team of an adopted table's row, empty until it is given to one."""
    key = sa.ForeignKey("teams.id", name=op.f(f"fk_{table}_team_id_teams"), ondelete="CASCADE")
    return sa.Column("team_id", sa.BigInteger(), key)


def _flag(name: str, *, default: str = "0") -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _refers(
    table: str, column: str, parent: str, *, ondelete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete=ondelete)
