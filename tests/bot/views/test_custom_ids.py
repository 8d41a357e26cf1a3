"""Custom ids stand under messages for years: to the character, today's are those of the first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from bot.views import DYNAMIC_ITEMS, FORMS
from bot.views.base import OrpItem
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
from core.results.refs import Scope, ScopeKind

HEX = "0123456789abcdef0123456789abcdef"
ID = UUID(HEX)
HEAT, SESSION = Scope(ScopeKind.HEAT, ID), Scope(ScopeKind.SESSION, ID)
RACER, OTHER = 1193809289790095360, 17
ITEMS: dict[str, OrpItem[Any]] = {
    f"answer:{HEX}": AnswerButton(ID),
    f"sure:{HEX}:4": ConfidenceButton(ID, 4),
    f"count:{HEX}:{RACER}:1:1": CountLapButton(ID, RACER, 1, counts=True),
    f"count:{HEX}:{RACER}:12:0": CountLapButton(ID, RACER, 12, counts=False),
    f"csv:{HEX}": CsvButton(ID),
    f"delete-heat:{HEX}": DeleteHeatButton(ID),
    f"delete-session:{HEX}": DeleteSessionButton(ID),
    f"edit-again:{HEX}": FixItButton(ID),
    f"edit:{HEX}:{RACER}": EditLapsButton(ID, RACER),
    f"event:{HEX}": QuestionSelect(ID),
    f"follow-for:{HEX}": FollowForSelect(ID),
    f"finish:{HEX}": FinishHeatButton(ID),
    f"forget:{HEX}": ForgetButton(ID),
    "forget:new": ForgetButton(None),
    f"import:{HEX}": ImportSelect(ID),
    f"import-mate:{HEX}:3": TeamMateSelect(ID, 3),
    f"import-who:{HEX}": DriverSelect(ID),
    f"more:heat:{HEX}:{RACER}": MoreButton(HEAT, RACER),
    f"more:session:{HEX}:{RACER}": MoreButton(SESSION, RACER),
    "move:77": MoveSelect(77),
    f"note:{HEX}": NoteButton(ID),
    f"page:heat:{HEX}:2": PageButton(HEAT, 2),
    f"page:session:{HEX}:0": PageButton(SESSION, 0),
    f"put-back:{HEX}": PutBackButton(ID),
    f"race-here:{HEX}": RaceHereButton(ID),
    f"look:heat:{HEX}": RacerSelect(HEAT),
    f"look:session:{HEX}": RacerSelect(SESSION),
    f"reopen:heat:{HEX}": ReopenButton(HEAT),
    f"reopen:session:{HEX}": ReopenButton(SESSION),
    "repeats:17": RemoveRepeatsButton(17),
    f"share:heat:{HEX}:{RACER}:{OTHER}": ShareBothButton(HEAT, RACER, OTHER),
    f"share:session:{HEX}:{RACER}": ShareButton(SESSION, RACER),
    f"stop-follow:{HEX}": StopButton(ID),
    f"store:{HEX}": StoreButton(ID),
    f"store-kept:{HEX}": StoreKeptButton(ID),
    "undo:17": UndoButton(17),
}
FORM_IDS = {
    f"fix:{HEX}": FixForm(ID),
    f"note:{HEX}": NoteForm(ID),
    f"run:{HEX}:{RACER}:0123456789ab": RunForm(ID, RACER, "0123456789ab"),
    f"run:new:{RACER}:none": RunForm(None, RACER, "none"),
}


def test_every_item_and_form_is_here() -> None:
    assert {type(item) for item in ITEMS.values()} == set(DYNAMIC_ITEMS)
    assert {type(form) for form in FORM_IDS.values()} == set(FORMS)


@pytest.mark.parametrize("custom_id", ITEMS)
async def test_a_custom_id_is_written_and_read_as_ever(custom_id: str) -> None:
    item = ITEMS[custom_id]
    assert item.custom_id == custom_id
    known = [kind for kind in DYNAMIC_ITEMS if pattern_of(kind).fullmatch(custom_id)]
    assert known == [type(item)]
    match = item.template.fullmatch(custom_id)
    assert match is not None
    # Neither the interaction nor discord.py's own item is looked at.
    nothing: Any = None
    again = await type(item).from_custom_id(nothing, nothing, match)
    assert again.custom_id == custom_id
    assert again.item.to_component_dict() == item.item.to_component_dict()


@pytest.mark.parametrize("custom_id", FORM_IDS)
def test_a_forms_custom_id_is_written_and_read_as_ever(custom_id: str) -> None:
    form = FORM_IDS[custom_id]
    assert form.opened("Q1").custom_id == custom_id
    match = form.ids.pattern.fullmatch(custom_id)
    assert match is not None
    assert vars(type(form)(**form.ids.read(match))) == vars(form)


@pytest.mark.parametrize("custom_id", ["undo:", "undo:x", "undo:1:2", f"sure:{HEX[1:]}:1", "old:1"])
def test_what_is_of_no_kind_is_read_by_none(custom_id: str) -> None:
    assert not any(pattern_of(kind).fullmatch(custom_id) for kind in DYNAMIC_ITEMS)


def pattern_of(kind: type[OrpItem[Any]]) -> Any:
    return kind.__discord_ui_compiled_template__
