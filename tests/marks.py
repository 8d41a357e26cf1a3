"""Files by which a test and a process tell one another how far they are."""

from __future__ import annotations

import time
from pathlib import Path

_LOOK_AGAIN_S = 0.01


def leave_until_taken(mark: Path) -> None:
    """Leave a file there, and come back once somebody has taken it away."""
    mark.touch()
    while mark.exists():
        time.sleep(_LOOK_AGAIN_S)
