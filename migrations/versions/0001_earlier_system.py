"""What the bot needs of the earlier system; tables that stand already are adopted as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import earlier

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    earlier.remember("racer_profiles", "sessions")
    earlier.refuse_strangers("racer_profiles", {"id", "name", "created_at", "updated_at"})
    earlier.refuse_strangers(
        "sessions",
        {
            "id",
            "profile_id",
            "session_name",
            "track_name",
            "status",
            "created_at",
            "closed_at",
            "updated_at",
        },
    )
    op.create_table(
        "racer_profiles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_racer_profiles")),
        if_not_exists=True,
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid()),
        sa.Column("session_name", sa.String(255)),
        sa.Column("track_name", sa.String(255)),
        sa.Column("status", sa.String(20), server_default="active", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["racer_profiles.id"],
            name=op.f("fk_sessions_profile_id_racer_profiles"),
            ondelete="CASCADE",
        ),
        if_not_exists=True,
    )


def downgrade() -> None:
    earlier.drop_table("sessions")
    earlier.drop_table("racer_profiles")
    earlier.forget()
