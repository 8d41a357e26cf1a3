"""The error for text that cannot be read as lap times, and its sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.errors import BadInput

_QUOTED_CHARACTERS = 20
_LISTED_LAPS = 4

_RESULT = re.compile(r"(?P<laps>[0-9]{1,4})/(?P<time>[0-9][0-9:.,]{0,15})")
_COMMAS_WITHOUT_DOT = re.compile(r"[0-9:]+(?:,[0-9:]+){2,}")
_LIKE_THIS = "write it like 58.234 or 1:02.345"


class LapTimesError(BadInput):
    """A text that cannot be read as lap times; nothing of it was used.

    Attributes:
        sentence: What is wrong and what to do next, for the racer.
        token: The piece at fault as it was typed, uncut; empty where none is (no laps, too many).
        lap_number: Which lap that piece would have been, from 1; 0 where no piece is at fault.
    """

    def __init__(self, sentence: str, *, token: str = "", lap_number: int = 0) -> None:
        super().__init__(f"{sentence}; nothing was stored.")
        self.token = token
        self.lap_number = lap_number


def is_result(text: str) -> bool:
    """Whether this is a race result, laps and time: ``14/5:05.123``."""
    return _RESULT.fullmatch(text) is not None


def refuse(token: str, lap_number: int, complaint: str) -> LapTimesError:
    """Make an error that quotes ``token`` and its lap, then says ``complaint``."""
    return LapTimesError(
        f"“{short(token)}” (lap {lap_number}) {complaint}", token=token, lap_number=lap_number
    )


def not_a_lap_time(text: str, lap_number: int) -> LapTimesError:
    """Make the error for a piece that is no lap time, saying why where that can be told."""
    if result := _RESULT.fullmatch(text):
        return refuse(
            text,
            lap_number,
            f"is a result, {result['laps']} laps in {result['time']}, not a lap time: "
            "write the time of each lap, like 58.234 58.1",
        )
    if _COMMAS_WITHOUT_DOT.fullmatch(text):
        return two_readings_of_commas(text, lap_number)
    if any(character.isnumeric() and not character.isascii() for character in text):
        return refuse(text, lap_number, f"is not in plain digits 0 to 9: {_LIKE_THIS}")
    return refuse(text, lap_number, f"is not a lap time: {_LIKE_THIS}")


def two_readings_of_commas(text: str, lap_number: int) -> LapTimesError:
    """Make the error for commas that are decimal commas or separate laps."""
    parts = text.split(",")
    decimals = [".".join(parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return refuse(
        text,
        lap_number,
        f"could mean {_listed(decimals)}, or {_listed(parts)}: "
        "write a dot for decimals and a blank between laps",
    )


def two_readings_of_number(number: str, value: int, time: str, lap_number: int) -> LapTimesError:
    """Make the error for a whole number that is a lap time or the number of the lap behind it."""
    return refuse(
        f"{number} {time}",
        lap_number,
        f"could mean lap {value} in {short(time)}, or laps of {value} and {short(time)}: "
        f"leave out the lap numbers, or write {value}.0 for a lap of {value} seconds",
    )


def two_readings_of_colon(text: str, lap_number: int) -> LapTimesError:
    """Make the error for ``Lap 1:58.2``, where the colon ends the number or the minutes."""
    label, _, time = text.partition(":")
    minutes = label[len("lap") :].strip()
    return refuse(
        text,
        lap_number,
        f"could mean lap {minutes} in {short(time)}, or {short(f'{minutes}:{time}')}: "
        f"write only the time, or a blank behind “{short(label)}:”",
    )


def short(text: str) -> str:
    """Cut what is quoted to fit a phone, and show unprintable characters as such."""
    if len(text) > _QUOTED_CHARACTERS:
        text = f"{text[: _QUOTED_CHARACTERS - 1]}…"
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def _listed(laps: Sequence[str]) -> str:
    shown = [short(lap) for lap in laps[:_LISTED_LAPS]]
    if len(laps) > _LISTED_LAPS:
        return f"{', '.join(shown)} …"
    if len(shown) == 1:
        return shown[0]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
