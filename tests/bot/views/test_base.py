"""Buttons and forms carry everything in their ids, so that discord.py keeps none of them."""

from __future__ import annotations

from uuid import UUID

from bot.views.base import row
from bot.views.run_written import EditLapsButton, UndoButton, run_modal
from core.caller import Person
from core.results.form import LapForm


async def test_discord_py_is_given_no_button_to_remember() -> None:
    # It keeps every view that is not finished, for a quarter of an hour or as long as it runs.
    assert row(UndoButton(1), EditLapsButton(UUID(int=1), 2)).is_finished()


async def test_discord_py_is_given_no_form_to_remember() -> None:
    ann = Person(1, "Ann")
    form = run_modal(LapForm(None, ann, "none", "20.1", "Q1", "", is_crew=True, to_racer=ann))
    assert form.is_finished()
