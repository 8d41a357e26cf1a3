"""Who a racer of the earlier system is on Discord, as whoever runs the bot says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.caller import LARGEST_ID
from core.errors import BadInput

_NO_ID: Final = "“{}” is nobody's Discord user id, a long number: --racer NAME=ID."


@dataclass(frozen=True, slots=True)
class RacerLink:
    """Who a racer is.

    Attributes:
        who: Their name or their UUID in the earlier system.
        user_id: Their Discord user id.
    """

    who: str
    user_id: int


def read_racer_link(text: str) -> RacerLink:
    """Read who a racer is from ``NAME_OR_UUID=DISCORD_ID``.

    Raises:
        BadInput: There is no id behind the last ``=``.
    """
    who, _, user_id = text.rpartition("=")
    digits = user_id.strip()
    if not (digits.isascii() and digits.isdecimal() and 0 < int(digits) <= LARGEST_ID):
        raise BadInput(_NO_ID.format(text.strip()[:60]))
    return RacerLink(who.strip(), int(digits))
