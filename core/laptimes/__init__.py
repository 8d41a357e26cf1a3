"""Lap times as racers type and paste them, and the way the bot writes them back.

Times are whole milliseconds; nothing here does I/O or floating point arithmetic. What could be read
in two ways is never guessed at: it is refused, and the sentence shows both readings.
"""

from __future__ import annotations

from core.laptimes.finding import FoundLaps, find_lap_times
from core.laptimes.form import FormLap, format_form, parse_form
from core.laptimes.reading import MAX_LAPS, parse_lap_times
from core.laptimes.refusals import LapTimesError
from core.laptimes.single import MAX_LAP_MS, MIN_LAP_MS
from core.laptimes.writing import format_lap, format_seconds, format_total

__all__ = [
    "MAX_LAPS",
    "MAX_LAP_MS",
    "MIN_LAP_MS",
    "FormLap",
    "FoundLaps",
    "LapTimesError",
    "find_lap_times",
    "format_form",
    "format_lap",
    "format_seconds",
    "format_total",
    "parse_form",
    "parse_lap_times",
]
