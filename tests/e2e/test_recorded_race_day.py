"""What racers type and read, to the character: a long race day is played again and compared.

``tests/data/recorded_race_day.txt`` has every answer, form, suggestion, file and post of the day
with its buttons and what they carry; pictures are there by name only. It is the same on both
databases. Where a change is meant, record it again and read the difference::

    python -m tests.e2e.record_race_day
    git diff tests/data/recorded_race_day.txt
"""

from __future__ import annotations

from difflib import unified_diff
from typing import Final

import pytest

from tests.e2e.aftermath import aftermath_in
from tests.e2e.conftest import Stage
from tests.e2e.recorded.diary import ENDS_HERE
from tests.e2e.recorded.play import RECORDING, played

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOWN: Final = 200
AROUND: Final = 8


async def test_the_race_day_is_as_it_was_recorded(stage: Stage) -> None:
    async with aftermath_in(stage.url) as after:
        today = await played(stage.discord, after)
    recorded = RECORDING.read_text(encoding="utf-8")
    if today != recorded:
        pytest.fail(difference(recorded, today), pytrace=False)
    stage.discord.assert_clean()


def difference(recorded: str, today: str) -> str:
    """Return what is different, with what stands around it and the chapter it is in."""
    lines = list(
        unified_diff(
            recorded.splitlines(), today.splitlines(), "recorded", "today", "", "", AROUND, ""
        )
    )
    more = len(lines) - SHOWN
    shown = [*lines[:SHOWN], *([f"… and {more} more lines"] if more > 0 else [])]
    # Where the day could not go on the reason comes last, behind all that is missing.
    _, stopped, reason = today.rpartition(ENDS_HERE)
    ending = [stopped + reason] if stopped else []
    return "\n".join(["The race day is not as it was recorded:", *shown, *ending])
