"""When sessions and heats end by themselves: at 05:00 where they are raced."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

# A session ends when even the longest evening is over.
CLOSING_TIME: Final = time(5, 0)


def closing_moment(opened_at: datetime, days: int, time_zone: str) -> datetime:
    """Return when a session closes itself, in UTC: 05:00 local time after its last day."""
    zone = ZoneInfo(time_zone)
    first_day = opened_at.astimezone(zone).date()
    closing = datetime.combine(first_day + timedelta(days=days), CLOSING_TIME, tzinfo=zone)
    return closing.astimezone(UTC)


def next_closing_time(now: datetime, time_zone: str) -> datetime:
    """Return the next 05:00 local time, in UTC."""
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    closing = datetime.combine(today, CLOSING_TIME, tzinfo=zone)
    return closing.astimezone(UTC) if now < closing else closing_moment(now, 1, time_zone)
