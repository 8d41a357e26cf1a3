"""Buttons, selects and forms, by what they stand under."""

from typing import Final

from bot.views.cards import MoreButton, ShareBothButton, ShareButton
from bot.views.confidence import ConfidenceButton
from bot.views.edits import (
    CountLapButton,
    EditAgainButton,
    EditLapsButton,
    RemoveRepeatsButton,
    RunForm,
    UndoButton,
)
from bot.views.heats import DeleteHeatButton, FinishHeatButton
from bot.views.laps import EventSelect, StoreButton
from bot.views.sessions import CsvButton, DeleteSessionButton, RaceHereButton
from bot.views.tables import PageButton, RacerSelect

DYNAMIC_ITEMS: Final = (
    ConfidenceButton,
    CountLapButton,
    CsvButton,
    DeleteHeatButton,
    DeleteSessionButton,
    EditAgainButton,
    EditLapsButton,
    EventSelect,
    FinishHeatButton,
    MoreButton,
    PageButton,
    RaceHereButton,
    RacerSelect,
    RemoveRepeatsButton,
    ShareBothButton,
    ShareButton,
    StoreButton,
    UndoButton,
)

FORMS: Final = (RunForm,)
