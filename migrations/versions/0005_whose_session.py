"""What a racer meant is kept: when they last logged in a heat, who closed a session, what waits.

``logged_at`` tells in which heat and class a racer is. ``heat_minutes`` lets the clean run count
laps. A racer is greeted at their own first answer; who has driven before needs no how-to. What
waits for a tap is a question, a refused command or laps that were taken back.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("heat_racers", sa.Column("logged_at", MOMENT))
    op.execute(
        """
        UPDATE heat_racers SET logged_at = COALESCE(
            (
                SELECT MAX(entries.created_at) FROM entries
                WHERE entries.heat_id = heat_racers.heat_id
                AND entries.racer_id = heat_racers.racer_id
            ),
            updated_at
        )
        """
    )
    with op.batch_alter_table("heat_racers") as table:
        table.alter_column("logged_at", existing_type=MOMENT, nullable=False)
    op.add_column("sessions", sa.Column("heat_minutes", sa.Integer()))
    op.add_column("racer_profiles", sa.Column("greeted_at", MOMENT))
    op.execute(
        """
        UPDATE racer_profiles SET greeted_at = created_at
        WHERE id IN (SELECT racer_id FROM heat_racers)
        """
    )
    op.add_column(
        "drafts", sa.Column("kind", sa.String(20), server_default="question", nullable=False)
    )
    op.create_index("ix_drafts_team_id_discord_user_id", "drafts", ["team_id", "discord_user_id"])


def downgrade() -> None:
    op.drop_index("ix_drafts_team_id_discord_user_id", "drafts")
    op.drop_column("drafts", "kind")
    op.drop_column("racer_profiles", "greeted_at")
    op.drop_column("sessions", "heat_minutes")
    op.drop_column("heat_racers", "logged_at")
