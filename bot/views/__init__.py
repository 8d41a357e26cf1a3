"""Buttons, selects and forms, by what they stand under."""

from __future__ import annotations

from typing import Final

from bot.views.card import MoreButton, ShareBothButton, ShareButton
from bot.views.confidence import ConfidenceButton, NoteButton, NoteForm
from bot.views.data import ForgetButton
from bot.views.follow import FollowForSelect, StopButton
from bot.views.heat import DeleteHeatButton, FinishHeatButton
from bot.views.importing import DriverSelect, ImportSelect, TeamMateSelect
from bot.views.menu import StoreButton, StoreKeptButton
from bot.views.question import AnswerButton, QuestionSelect
from bot.views.reopening import ReopenButton
from bot.views.run_written import (
    CountLapButton,
    EditLapsButton,
    FixForm,
    FixItButton,
    MoveSelect,
    PutBackButton,
    RemoveRepeatsButton,
    RunForm,
    UndoButton,
)
from bot.views.session import CsvButton, DeleteSessionButton, RaceHereButton
from bot.views.tables import PageButton, RacerSelect

DYNAMIC_ITEMS: Final = (
    AnswerButton,
    ConfidenceButton,
    CountLapButton,
    CsvButton,
    DeleteHeatButton,
    DeleteSessionButton,
    DriverSelect,
    EditLapsButton,
    FinishHeatButton,
    FixItButton,
    FollowForSelect,
    ForgetButton,
    ImportSelect,
    MoreButton,
    MoveSelect,
    NoteButton,
    PageButton,
    PutBackButton,
    QuestionSelect,
    RaceHereButton,
    RacerSelect,
    RemoveRepeatsButton,
    ReopenButton,
    ShareBothButton,
    ShareButton,
    StopButton,
    StoreButton,
    StoreKeptButton,
    TeamMateSelect,
    UndoButton,
)

FORMS: Final = (FixForm, NoteForm, RunForm)
