"""What reads in tests instead of the sources: ``tests.core.fetching.parsing:hang``, say."""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from core.errors import Conflict
from core.fetching.refusals import Busy
from core.laps import Lap, RaceTotal
from core.names import HeatKind
from tests.marks import leave_until_taken

ANSWER = {
    "laps": (Lap(1, 18_300), Lap(2, 18_400, counts=False)),
    "total": RaceTotal(2, 36_700),
    "kind": HeatKind.QUALIFYING,
    "when": datetime(2026, 11, 24, 10, tzinfo=UTC),
    "day": date(2026, 11, 24),
    "id": UUID(int=7),
    "found": True,
    "share": 0.5,
    "names": {"a", "b"},
}
HOARD: list[bytearray] = []


class Foreign:
    """What no answer is made of."""


def tell(data: bytes, *, address: str | None) -> object:
    """Return what came, a little later."""
    time.sleep(0.05)
    return data, address


def leave_a_mark(data: bytes, *, address: str | None) -> object:
    """Return what came; where it is a path, leave something there and wait until it is gone."""
    if data.startswith(b"/"):
        leave_until_taken(Path(data.decode()))
    return data


def answer(data: bytes, *, address: str | None) -> object:
    return ANSWER


def refuse(data: bytes, *, address: str | None) -> object:
    raise Conflict("That page has no laps; give the page of a race.")


def refuse_with_more(data: bytes, *, address: str | None) -> object:
    raise Busy("A refusal that is not made of its sentence alone.", 5)


def fail(data: bytes, *, address: str | None) -> object:
    raise ValueError("no such column")


def hang(data: bytes, *, address: str | None) -> object:
    while True:
        pass


def eat_memory(data: bytes, *, address: str | None) -> object:
    return len(bytes(2**30))


def eat_memory_in_bites(data: bytes, *, address: str | None) -> object:
    return len([bytearray(2**20) for _ in range(2**10)])


def hoard(data: bytes, *, address: str | None) -> object:
    """Take all memory for a page of one letter, and keep it."""
    if len(data) > 1:
        return len(bytearray(2**27))
    while len(HOARD) < 2**10:
        HOARD.append(bytearray(2**20))
    return len(HOARD)


def die(data: bytes, *, address: str | None) -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return "dead"


def die_once(data: bytes, *, address: str | None) -> object:
    """Die unless this has been left behind."""
    mark = Path(data.decode())
    if mark.exists():
        return "alive"
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)
    return "dead"


def be_interrupted(data: bytes, *, address: str | None) -> object:
    os.kill(os.getpid(), signal.SIGINT)
    return data


def chatter(data: bytes, *, address: str | None) -> object:
    print("one moment", flush=True)
    os.write(1, b"nearly there")
    return data


def go_on_and_on(data: bytes, *, address: str | None) -> object:
    return bytes(20_000_001)


def return_something_else(data: bytes, *, address: str | None) -> object:
    return Foreign()


def return_what_cannot_be_packed(data: bytes, *, address: str | None) -> object:
    return lambda: None


def list_modules(data: bytes, *, address: str | None) -> object:
    return sorted(sys.modules)
