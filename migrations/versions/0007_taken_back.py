"""What changes the day for others can be taken back, and what was pressed later stays.

``closed_by`` tells who closed a session, and so may open it again. ``rated_after`` is the newest
entry of a run when its racer last pressed how sure they are of the car: taking that one back leaves
what was pressed after it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import earlier

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    closer = sa.ForeignKey(
        "racer_profiles.id",
        name=op.f("fk_sessions_closed_by_racer_profiles"),
        ondelete="SET NULL",
    )
    earlier.add_column("sessions", sa.Column("closed_by", sa.Uuid(), closer))
    op.add_column("heat_racers", sa.Column("rated_after", ROW_ID))


def downgrade() -> None:
    op.drop_column("heat_racers", "rated_after")
    earlier.drop_column("sessions", "closed_by")
