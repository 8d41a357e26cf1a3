"""Laps from elsewhere: what a heat was read from, and what stays deleted on purpose.

Imported entries are nobody's. ``session_classes`` keeps which of the team's classes a page's class
is; ``deleted_races`` the races whose heats were deleted, so that they are not brought in again.
``source_has_names`` marks the page tables that name drivers who are on no profile.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ENTERED_BY = "fk_entries_entered_by_racer_profiles"
NUMBER = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'entries'")


def upgrade() -> None:
    op.add_column("heats", sa.Column("source", sa.String(20)))
    op.add_column("heats", sa.Column("source_id", sa.String(100)))
    has_names = sa.text("source_has_names")
    op.add_column(
        "heats",
        sa.Column("source_has_names", sa.Boolean(), server_default="0", nullable=False),
    )
    op.create_index(
        "ix_heats_source_has_names",
        "heats",
        ["source_has_names"],
        postgresql_where=has_names,
        sqlite_where=has_names,
    )
    _make_entries(nullable=True, ondelete="SET NULL")
    op.create_table(
        "session_classes",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("page_class_key", sa.String(100), nullable=False),
        sa.Column("class_name", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "page_class_key", name=op.f("pk_session_classes")),
        _of_session("session_classes"),
    )
    op.create_table(
        "deleted_races",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("heat_name", sa.String(110), nullable=False),
        sa.Column("source_table", sa.JSON(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_races")),
        _of_session("deleted_races"),
    )
    op.create_index("ix_deleted_races_session_id", "deleted_races", ["session_id"])


def downgrade() -> None:
    op.drop_table("deleted_races")
    op.drop_table("session_classes")
    # What nobody typed becomes its racer's own.
    op.execute("UPDATE entries SET entered_by = racer_id WHERE entered_by IS NULL")
    _make_entries(nullable=False, ondelete="CASCADE")
    op.drop_index("ix_heats_source_has_names", "heats")
    op.drop_column("heats", "source_has_names")
    op.drop_column("heats", "source_id")
    op.drop_column("heats", "source")


def _of_session(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["session_id"],
        ["sessions.id"],
        name=op.f(f"fk_{table}_session_id_sessions"),
        ondelete="CASCADE",
    )


def _make_entries(*, nullable: bool, ondelete: str) -> None:
    """Say whether an entry needs somebody who typed it, and what becomes of it when they go."""
    is_sqlite = op.get_context().dialect.name == "sqlite"
    number = op.get_bind().scalar(NUMBER) if is_sqlite else None
    with op.batch_alter_table("entries", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_constraint(ENTERED_BY, type_="foreignkey")
        table.alter_column("entered_by", existing_type=sa.Uuid(), nullable=nullable)
        table.create_foreign_key(
            ENTERED_BY, "racer_profiles", ["entered_by"], ["id"], ondelete=ondelete
        )
    if number is not None:
        # The rebuilt table would give the numbers of entries that were taken back again.
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'entries'")
        op.execute(
            sa.text(
                "INSERT INTO sqlite_sequence (name, seq) VALUES ('entries', :number)"
            ).bindparams(number=number)
        )
