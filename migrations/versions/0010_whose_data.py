"""Whose data it is: forgetting a racer takes nothing of others with them.

Sessions outlive who opened them. ``shared_cards`` keeps where somebody's card was shared,
``forgotten`` who was forgotten, as a keyed hash; ``teams.removed_at`` tells since when a server has
been without the bot, ``application_id`` which bot was last seen in it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import openers

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# What refers to a racer, by table: PostgreSQL alone has an index for each, see core/models.py.
OF_RACER = {
    "sessions": ("profile_id", "closed_by"),
    "heats": ("opened_by", "finished_by"),
    "entries": ("racer_id", "entered_by"),
    "run_logs": ("racer_id",),
}


def upgrade() -> None:
    openers.outlive()
    op.add_column("teams", sa.Column("application_id", sa.BigInteger()))
    op.add_column("teams", sa.Column("removed_at", MOMENT))
    op.create_table(
        "shared_cards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("racer_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid()),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("shared_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_cards")),
        _refers("shared_cards", "racer_id", "racer_profiles"),
        _refers("shared_cards", "other_id", "racer_profiles"),
    )
    op.create_index("ix_shared_cards_racer_id", "shared_cards", ["racer_id"])
    op.create_index("ix_shared_cards_other_id", "shared_cards", ["other_id"])
    op.create_table(
        "forgotten",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.BigInteger()),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("forgotten_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten")),
        _refers("forgotten", "team_id", "teams"),
    )
    op.create_index("ix_forgotten_team_id", "forgotten", ["team_id"])
    for name, table, column in _indexes():
        op.create_index(name, table, [column])


def downgrade() -> None:
    for name, table, _ in _indexes():
        op.drop_index(name, table)
    op.drop_table("forgotten")
    op.drop_table("shared_cards")
    op.drop_column("teams", "removed_at")
    op.drop_column("teams", "application_id")
    openers.go_with_them()


def _indexes() -> list[tuple[str, str, str]]:
    if op.get_context().dialect.name != "postgresql":
        return []
    return [
        (f"ix_{table}_{column}", table, column)
        for table, columns in OF_RACER.items()
        for column in columns
    ]


def _refers(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")
