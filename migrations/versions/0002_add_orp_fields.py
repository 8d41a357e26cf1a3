"""Add ORP fields: exactly these four; rows that stand already get the defaults."""

from __future__ import annotations

import sqlalchemy as sa

from migrations import earlier

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    earlier.add_column(
        "racer_profiles",
        sa.Column("experience_level", sa.String(50), server_default="Intermediate", nullable=False),
    )
    earlier.add_column("racer_profiles", sa.Column("driving_style", sa.String(255)))
    earlier.add_column(
        "sessions",
        sa.Column("practice_rounds", sa.Integer(), server_default="0", nullable=False),
    )
    earlier.add_column(
        "sessions",
        sa.Column("qualifying_rounds", sa.Integer(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    earlier.drop_column("sessions", "qualifying_rounds")
    earlier.drop_column("sessions", "practice_rounds")
    earlier.drop_column("racer_profiles", "driving_style")
    earlier.drop_column("racer_profiles", "experience_level")
