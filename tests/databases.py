"""Databases and a clock for tests: both kinds real, both migrated, both empty at the start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class FakeClock:
    """A clock that a test moves."""

    moment: datetime = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the moment, a microsecond later each time, as a real clock would."""
        self.moment += timedelta(microseconds=1)
        return self.moment

    def advance(self, **delta: float) -> None:
        """Move on, e.g. ``clock.advance(minutes=11)``."""
        self.moment += timedelta(**delta)
