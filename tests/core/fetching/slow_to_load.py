"""What reads in tests after having taken its time to load."""

from __future__ import annotations

import time

time.sleep(1.5)


def measure(data: bytes, *, address: str | None) -> object:
    return len(data)
