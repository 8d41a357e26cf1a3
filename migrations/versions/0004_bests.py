"""A racer's bests and posts are found by an index, however much is stored.

A run's row carries what a best lap is looked for by: the track, the class and when the heat was
opened. Further indexes serve the sessions that are due to close, a racer's latest heats and the
posts of one team.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("heat_racers", sa.Column("track_key", sa.String(255)))
    op.add_column(
        "heat_racers", sa.Column("class_key", sa.String(100), server_default="", nullable=False)
    )
    op.add_column("heat_racers", sa.Column("opened_at", MOMENT))
    op.execute(
        """
        UPDATE heat_racers SET
            opened_at = (SELECT opened_at FROM heats WHERE heats.id = heat_racers.heat_id),
            class_key = (SELECT class_key FROM heats WHERE heats.id = heat_racers.heat_id),
            track_key = (
                SELECT sessions.track_key FROM sessions JOIN heats
                ON heats.session_id = sessions.id WHERE heats.id = heat_racers.heat_id
            )
        """
    )
    # SQLite cannot say NOT NULL of a column that stands: the table, which has no children, is
    # written once more.
    with op.batch_alter_table("heat_racers") as table:
        table.alter_column("opened_at", existing_type=MOMENT, nullable=False)
    op.drop_index("ix_heat_racers_racer_id", "heat_racers")
    op.create_index(
        "ix_heat_racers_bests",
        "heat_racers",
        ["racer_id", "track_key", "class_key", "best_lap_ms", "opened_at", "heat_id"],
    )
    op.create_index("ix_heat_racers_racer_id_opened_at", "heat_racers", ["racer_id", "opened_at"])
    op.create_index("ix_sessions_status_closes_at", "sessions", ["status", "closes_at"])
    op.drop_index("ix_sessions_team_id_status", "sessions")
    op.create_index(
        "ix_sessions_team_id_status_created_at", "sessions", ["team_id", "status", "created_at"]
    )
    op.create_index("ix_summary_posts_team_id_state", "summary_posts", ["team_id", "state"])


def downgrade() -> None:
    op.drop_index("ix_summary_posts_team_id_state", "summary_posts")
    op.create_index("ix_sessions_team_id_status", "sessions", ["team_id", "status"])
    op.drop_index("ix_sessions_team_id_status_created_at", "sessions")
    op.drop_index("ix_sessions_status_closes_at", "sessions")
    op.drop_index("ix_heat_racers_racer_id_opened_at", "heat_racers")
    op.drop_index("ix_heat_racers_bests", "heat_racers")
    op.create_index("ix_heat_racers_racer_id", "heat_racers", ["racer_id"])
    for column in ("opened_at", "class_key", "track_key"):
        op.drop_column("heat_racers", column)
