"""Lap times that somebody pasted as text."""

from __future__ import annotations

from typing import Final

from core.laps import Lap, RaceTotal
from core.laptimes import LapTimesError, parse_lap_times
from core.names import HeatKind
from core.sources.race import Driver, Race, Source
from core.sources.refusals import NoLaps

# Longer than 600 laps with their numbers, positions and paces.
_LONGEST: Final = 40_000


def parse_text(text: str) -> Race:
    """Read pasted lap times: one driver without a name, whose laps they are is the caller's to say.

    Raises:
        NoLaps: They cannot be read as lap times; the sentence says why.
    """
    digits = sum(letter.isdigit() for letter in text[:_LONGEST])
    letters = sum(letter.isalpha() for letter in text[:_LONGEST])
    if len(text) > _LONGEST or letters > 2 * digits:
        raise NoLaps(
            "That is no result page, CSV file or list of lap times that I know: give the link of "
            "the race, its saved page, or the lap times one a line."
        )
    try:
        times = parse_lap_times(text)
    except LapTimesError as error:
        raise NoLaps(error.sentence) from None
    laps = tuple(Lap(number, time_ms) for number, time_ms in enumerate(times, 1))
    total = RaceTotal(len(laps), sum(times))
    driver = Driver("", laps, total.total_ms, total.text())
    return Race(Source.TEXT, None, HeatKind.PRACTICE, (driver,))
