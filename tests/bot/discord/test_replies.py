"""The moments at which an answer or a form gives way, held against how long Discord waits.

Tests in which that happens have a Discord that waits longer: theirs does not tell.
"""

from __future__ import annotations

from bot.discord.replies import ANSWER_WITHIN_S, DEFER_AFTER_S, FORM_WITHIN_S
from localdiscord import LocalDiscord

# Until what is sent has arrived.
_ROOM_S = 0.5


def test_who_is_slow_is_heard_while_discord_waits() -> None:
    waits_s = LocalDiscord().patience.answer_within_s
    assert waits_s == ANSWER_WITHIN_S
    assert max(DEFER_AFTER_S, FORM_WITHIN_S) + _ROOM_S <= waits_s
