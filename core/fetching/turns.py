"""When a page's turn is: what a timing site is never asked more often than.

Plain sums over given moments, all with their zone; whose turn it is over all processes is stored
elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.sources.race import Source

BETWEEN_REQUESTS_TO_A_HOST: Final = timedelta(seconds=1)
BETWEEN_REQUESTS_TO_A_SITE: Final = timedelta(milliseconds=250)

OFTEN: Final = timedelta(minutes=1)
SELDOM: Final = timedelta(minutes=10)
# When races are driven, where they are driven.
MORNING: Final = time(7)
EVENING: Final = time(23)
# For so long after a race came in the next one is expected.
LIVELY_FOR: Final = timedelta(hours=3)

# When a race's page is read after it first stood on the event page: corrections come late.
_LOOKS: Final[dict[Source, tuple[timedelta, ...]]] = {
    # Its event page says when a race has changed.
    Source.LIVERC: (timedelta(0), timedelta(minutes=15)),
    Source.MYRCM: (timedelta(0), timedelta(minutes=3), timedelta(minutes=15)),
}

_LONGEST_WAIT: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 6
# So long a page may be gone or forbidden before it is taken for lost.
LOST_AFTER: Final = timedelta(hours=24)


def next_request(
    now: datetime, *, host_asked_at: datetime | None, site_asked_at: datetime | None
) -> datetime:
    """Return from when on a host may be asked, now at the earliest.

    Args:
        now: The present.
        host_asked_at: When the latest request to the host began, or may begin; None for none.
        site_asked_at: Likewise to any host of its site.
    """
    moments = [now]
    if host_asked_at is not None:
        moments.append(host_asked_at + BETWEEN_REQUESTS_TO_A_HOST)
    if site_asked_at is not None:
        moments.append(site_asked_at + BETWEEN_REQUESTS_TO_A_SITE)
    return max(moments)


@dataclass(frozen=True, slots=True)
class RaceDays:
    """The days of a session.

    Attributes:
        first: Its first day, where it is raced.
        last: Its last.
        zone: The time zone it is raced in.
    """

    first: date
    last: date
    zone: ZoneInfo

    def next_racing(self, moment: datetime) -> datetime | None:
        """Return the moment itself between 07:00 and 23:00 of a day, else when that is next.

        None when the last day is over.
        """
        day = max(self.first, moment.astimezone(self.zone).date())
        while day <= self.last:
            begins, ends = (
                datetime.combine(day, local, tzinfo=self.zone).astimezone(UTC)
                for local in (MORNING, EVENING)
            )
            if moment < ends:
                return max(moment, begins)
            day += timedelta(days=1)
        return None


def next_look_at_event(
    looked_at: datetime, days: RaceDays, *, came_in_at: datetime | None
) -> datetime:
    """Return when an event page is to be read again.

    A minute later while races are driven (from 07:00 to 23:00 on the session's days) or one came
    in within the last 3 hours, else ten minutes later.

    Args:
        looked_at: When it was read last.
        days: The session that follows it; of several each is asked, and the earliest counts.
        came_in_at: When a race came in last; None for never.
    """
    soon = looked_at + OFTEN
    if came_in_at is not None and soon <= came_in_at + LIVELY_FOR:
        return soon
    racing = days.next_racing(soon)
    late = looked_at + SELDOM
    return late if racing is None else min(racing, late)


def next_look_at_race(
    source: Source, *, new_at: datetime, looked_at: datetime | None
) -> datetime | None:
    """Return when a race's page is to be read, or None when all its looks have been made.

    LiveRC's is read once and 15 minutes later, MyRCM's also after 3 minutes.

    Args:
        source: Whose page it is.
        new_at: When the event page first showed it, or last said that it has changed.
        looked_at: When it was read last; None for never.
    """
    due = (new_at + after for after in _LOOKS[source])
    return next((moment for moment in due if looked_at is None or moment > looked_at), None)


def wait_after_trouble(times: int, retry_after_s: int | None = None) -> timedelta:
    """Return how long to leave a page alone that could not be read.

    A minute, then twice as long each time, up to an hour; longer where the site asks for it.

    Args:
        times: How often in a row it could not be read, from 1.
        retry_after_s: After how many seconds the site wants to be asked again, if it said so.
    """
    doublings = min(times - 1, _MOST_DOUBLINGS)
    return max(min(OFTEN * (1 << doublings), _LONGEST_WAIT), timedelta(seconds=retry_after_s or 0))


def is_lost(refused_since: datetime, now: datetime) -> bool:
    """Tell whether a page is given up that has been gone or forbidden ever since a moment."""
    return now - refused_since >= LOST_AFTER
