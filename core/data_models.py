"""The tables of whose data it is: cards that were shared, and who was forgotten."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.column_types import RowUuid
from core.models import Base


class SharedCard(Base):
    """A message with somebody's card, or two side by side, that **Share** has posted."""

    __tablename__ = "shared_cards"
    __table_args__ = (
        Index("ix_shared_cards_racer_id", "racer_id"),
        Index("ix_shared_cards_other_id", "other_id"),
    )

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    racer_id: Mapped[UUID] = mapped_column(ForeignKey("racer_profiles.id", ondelete="CASCADE"))
    other_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("racer_profiles.id", ondelete="CASCADE")
    )
    channel_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    shared_at: Mapped[datetime]


class Forgotten(Base):
    """Who was forgotten, so that a copy that knows them still forgets them again.

    A keyed hash, with a key of its own: who is in it can be told of somebody who is known, and of
    nobody else.
    """

    __tablename__ = "forgotten"
    __table_args__ = (Index("ix_forgotten_team_id", "team_id"),)

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    # None where the whole team was forgotten.
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(32))
    who: Mapped[str] = mapped_column(String(64))
    # Likewise, what they were called on result pages: pages that come in again do not bring it.
    names: Mapped[list[str]] = mapped_column(JSON)
    forgotten_at: Mapped[datetime]
