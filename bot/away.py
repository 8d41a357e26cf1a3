"""Work the bot does by itself while the database is away: it rests, and the log has a line a rest.

All of that work shares its rests: whoever tries first after one tells the others.
"""

from __future__ import annotations

from time import monotonic

import structlog

from core.outages import StoreUnavailable
from core.pauses import Pauses

# Racers wait for their posts: it is looked again at least so often.
LONGEST_REST_S = 30.0

log = structlog.get_logger(__name__)


class Away:
    """Knows since when the database is away, and when it is looked for again."""

    def __init__(self) -> None:
        self._pauses = Pauses(longest_s=LONGEST_REST_S)
        self._rests_until = 0.0

    def rest_after(self, error: StoreUnavailable) -> float:
        """Return how long to rest now that the database could not be reached, in seconds."""
        now = monotonic()
        if now >= self._rests_until:
            rest = self._pauses.next()
            self._rests_until = now + rest
            log.warning("waiting for the database", reason=error.reason, again_in_s=round(rest, 1))
        return self._rests_until - now

    def is_over(self) -> None:
        """Note that some work was done: the database is there."""
        if self._pauses.have_begun:
            self._pauses.end()
            self._rests_until = 0.0
            log.info("the database is back")
