"""Buttons and selects, by what they stand under."""

from typing import Final

from bot.views.cards import ShareBothButton, ShareButton
from bot.views.confidence import ConfidenceButton
from bot.views.heats import DeleteHeatButton, FinishHeatButton
from bot.views.laps import CountLapButton, EventSelect, UndoButton
from bot.views.sessions import CsvButton, DeleteSessionButton, RaceHereButton
from bot.views.tables import PageButton, RacerSelect

DYNAMIC_ITEMS: Final = (
    ConfidenceButton,
    CountLapButton,
    CsvButton,
    DeleteHeatButton,
    DeleteSessionButton,
    EventSelect,
    FinishHeatButton,
    PageButton,
    RaceHereButton,
    RacerSelect,
    ShareBothButton,
    ShareButton,
    UndoButton,
)
