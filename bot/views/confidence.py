"""Under a heat's summary: a button a rating, how sure are you of the car? And what you changed."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import discord
from discord.ui import Label, Modal, TextInput, View

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply, reply_with_form
from bot.render.run_written import run_written
from bot.views.base import OrpButton, row
from bot.views.base_form import OrpForm, Sent
from core.names import NOTE_LENGTH
from core.scoring.orp import FULL_CONFIDENCE, LEAST_CONFIDENCE

RATINGS: Final = range(LEAST_CONFIDENCE, FULL_CONFIDENCE + 1)
# Emoji take two places in Discord's count; the core counts characters.
LONGEST_NOTE: Final = 2 * NOTE_LENGTH
_FIELD: Final = "note"


class ConfidenceButton(OrpButton, word="sure"):
    """Stores the presser's confidence in a heat."""

    heat_id: UUID
    rating: int

    def __post_init__(self) -> None:
        super().__post_init__()
        self.item.label = str(self.rating)

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Store the rating; the post changes by itself."""
        caller = caller_of(interaction)
        rated = await app.services.confidence.rate(caller, self.heat_id, self.rating)
        await reply(interaction, run_written(rated))


class NoteForm(OrpForm, word="note"):
    """The form for what was changed on the car."""

    heat_id: UUID

    async def sent(self, interaction: discord.Interaction, app: App, sent: Sent) -> None:
        """Store the note; the post changes by itself."""
        noted = await app.services.confidence.note(
            caller_of(interaction), self.heat_id, sent.text(_FIELD)
        )
        await reply(interaction, run_written(noted))


class NoteButton(OrpButton, word="note"):
    """Opens the form for what the presser changed on the car."""

    label = "Note"

    heat_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Open the form with what they have noted."""
        await reply_with_form(interaction, self._form(interaction, app))

    async def _form(self, interaction: discord.Interaction, app: App) -> Modal:
        heat, note = await app.services.confidence.note_of(caller_of(interaction), self.heat_id)
        modal = NoteForm(self.heat_id).opened(heat.label)
        field = TextInput[View](
            custom_id=_FIELD,
            default=note or "",
            max_length=LONGEST_NOTE,
            required=False,
            placeholder="35wt rear",
        )
        modal.add_item(Label(text="What you changed on the car", component=field))
        return modal


def confidence_buttons(heat_id: UUID) -> View:
    """Return the buttons of a heat's summary: five ratings in a row, the note below."""
    view = row(*(ConfidenceButton(heat_id, rating) for rating in RATINGS))
    view.add_item(NoteButton(heat_id))
    return view
