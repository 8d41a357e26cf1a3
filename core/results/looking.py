"""A page of a timing site whose turn it is, as whoever looks at it knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from core.fetching.turns import LIVELY_FOR
from core.sources.race import Source

PageRole = Literal["event", "race"]


@dataclass(frozen=True, slots=True)
class ClaimedPage:
    """A page that is being looked at.

    Attributes:
        id: Which page.
        claim: Whose look it is.
        event_id: The event's own page, perhaps this one.
        role: What it is.
        address: Where it is.
        host: Its host.
        site: Its site.
        source: Whose page it is.
        about: Of a race's page, what the event page says of the race.
        etag: What it said when it was read last.
        last_modified: Likewise.
        content_hash: Of what was read last; None for nothing yet.
        found_at: When the event page first showed it, or last said that it has changed.
        is_news: Whether a look not long before that did not show it so.
        looked_at: When it was read last.
        claimed_at: When this look began.
        tries: How often in a row it could not be read.
    """

    id: UUID
    claim: UUID
    event_id: UUID
    role: PageRole
    address: str
    host: str
    site: str
    source: Source
    about: dict[str, Any]
    etag: str | None
    last_modified: str | None
    content_hash: str | None
    found_at: datetime
    is_news: bool
    looked_at: datetime | None
    claimed_at: datetime
    tries: int

    @property
    def was_looked_at(self) -> bool:
        """Whether it was read not long before: what it did not show then is news."""
        return self.looked_at is not None and self.claimed_at - self.looked_at <= LIVELY_FOR
