"""Under the answer to a run that was written: Undo, Edit laps and its form, Count it and others.

Each item carries ids and the wanted state, never "toggle": it works after a restart, and pressed
twice it does no harm. What the presser may do is decided in the core.
"""

from __future__ import annotations

import io
from collections.abc import Awaitable
from typing import Any, Final
from uuid import UUID

import discord
from discord.ui import DynamicItem, Label, Modal, TextInput, UserSelect, View

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply, reply_to_error, reply_with_form
from bot.limits import LONGEST_OPTION, MOST_CHARACTERS
from bot.render import form as form_text
from bot.render.run_written import run_written
from bot.views.base import Laid, OrpButton, OrpSelect, row
from bot.views.base_form import OrpForm, Sent
from bot.views.heat import FinishHeatButton
from core.bootstrap import Services
from core.commands import EditLaps
from core.errors import RacerError
from core.names import CLASS_NAME_LENGTH, HEAT_NAME_LENGTH, NOTE_LENGTH
from core.results.form import LapForm
from core.results.run_written import RunWritten, Way

# Emoji take two places in Discord's count; the core counts characters.
_LONGEST_HEAT: Final = 2 * (HEAT_NAME_LENGTH + CLASS_NAME_LENGTH + 1)
_LONGEST_NOTE: Final = 2 * NOTE_LENGTH
# From here on a second field stands below the first, which may become too short.
_SECOND_FIELD_FROM: Final = MOST_CHARACTERS // 2
_NEW_HEAT: Final = "new"
_LONG: Final = discord.TextStyle.paragraph


class UndoButton(OrpButton, word="undo"):
    """Takes an entry back."""

    replaces = True
    label = "Undo"

    entry_id: int

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Take the entry back; the answer takes the place of what it had stored."""
        answer, view = written(
            await app.services.undo.take_back(caller_of(interaction), self.entry_id)
        )
        await reply(interaction, answer, view=view)


class CountLapButton(OrpButton, word="count"):
    """Decides whether a lap counts."""

    heat_id: UUID
    racer_id: int
    lap_number: int
    counts: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        self.item.label = "Count it" if self.counts else "Leave it out"

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Store the decision; the answer offers the way back."""
        decided = await app.services.lap_entry.set_lap_counts(
            caller_of(interaction),
            self.heat_id,
            racer_id=self.racer_id,
            lap_number=self.lap_number,
            counts=self.counts,
        )
        answer, view = written(decided)
        await reply(interaction, answer, view=view)


class RunForm(OrpForm, word="run"):
    """The form with all laps of a run."""

    heat_id: UUID | None
    racer_id: int
    version: str

    async def sent(self, interaction: discord.Interaction, app: App, sent: Sent) -> None:
        """Save the run; what is refused is handed back."""
        command = EditLaps(
            heat_id=self.heat_id.hex if self.heat_id else None,
            racer_id=self.racer_id,
            version=self.version,
            laps="\n".join(filter(None, (sent.text("laps"), sent.text("more")))),
            heat=sent.text("heat"),
            note=sent.text("note"),
            racer=sent.person("racer"),
        )
        try:
            saved = await app.services.form.save(caller_of(interaction), command)
        except Exception as error:
            await _hand_back(interaction, app.services, command, error)
        else:
            answer, view = written(saved)
            await reply(interaction, answer, view=view)


def run_modal(form: LapForm) -> Modal:
    """Return the form with a run's laps, filled in."""
    opened_for = RunForm(form.heat_id, form.racer.user_id, form.version)
    modal = opened_for.opened(f"{form.heat} · {form.racer.name}")
    first, second = _in_two(form.laps)
    laps = _text("laps", first, MOST_CHARACTERS, style=_LONG)
    laps.placeholder = "20.812\nx 35.100\n20.944"
    modal.add_item(
        Label(
            text="Laps, one a line",
            description="x in front of one that shall not count; with none left the run goes",
            component=laps,
        )
    )
    if not first or len(form.laps) > _SECOND_FIELD_FROM:
        more = _text("more", second, MOST_CHARACTERS, style=_LONG)
        modal.add_item(
            Label(text="More laps", description="Where one field is too short", component=more)
        )
    heat = _text("heat", form.heat, _LONGEST_HEAT)
    modal.add_item(
        Label(
            text="Heat",
            description="Where the laps belong; a new name opens it",
            component=heat,
        )
    )
    note = _text("note", form.note, _LONGEST_NOTE)
    modal.add_item(Label(text="What you changed on the car", component=note))
    if form.is_crew:
        racer = UserSelect[View](
            custom_id="racer",
            required=False,
            min_values=0,
            default_values=[discord.Object(form.to_racer.user_id, type=discord.User)],
        )
        modal.add_item(Label(text="Racer", description="Whose laps they are", component=racer))
    return modal


def _text(
    name: str, value: str, most: int, *, style: discord.TextStyle = discord.TextStyle.short
) -> TextInput[View]:
    return TextInput(
        custom_id=name, default=value[:most], max_length=most, required=False, style=style
    )


def _in_two(laps: str) -> tuple[str, str]:
    """Cut a long text at a line's end, so that each part fits into a field."""
    if len(laps) <= MOST_CHARACTERS:
        return laps, ""
    at = laps.rfind("\n", 0, MOST_CHARACTERS + 1)
    return laps[:at], laps[at + 1 :]


async def _hand_back(
    interaction: discord.Interaction, services: Services, command: EditLaps, error: Exception
) -> None:
    """Answer what could not be saved with the text that was typed, and a way to correct it."""
    view = None
    if isinstance(error, RacerError):
        try:
            draft_id = await services.form.keep(caller_of(interaction), command, error)
            view = row(EditAgainButton(draft_id))
        except Exception as worse:
            error = worse
    shown = form_text.typed_laps(command.laps) if command.laps.strip() else ""
    file = None
    if shown is None:
        file = discord.File(io.BytesIO(command.laps.encode()), "laps.txt")
    await reply_to_error(interaction, error, view=view, file=file, typed=shown or "")


class EditLapsButton(OrpButton, word="edit"):
    """Opens the form with a run's laps."""

    label = "Edit laps"

    heat_id: UUID
    racer_id: int

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Open the form."""
        caller = caller_of(interaction)
        opening = app.services.form.open_run(caller, self.heat_id, self.racer_id)
        await reply_with_form(interaction, run_form(opening))


class EditAgainButton(OrpButton, word="edit-again"):
    """Opens the form with what was refused."""

    label = "Edit again"
    style = discord.ButtonStyle.primary

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Open the form."""
        opening = app.services.form.open_again(caller_of(interaction), self.draft_id)
        await reply_with_form(interaction, run_form(opening))


class MoveSelect(OrpSelect, word="move"):
    """Takes the laps of an answer to another heat."""

    replaces = True
    placeholder = "Not this heat?"

    entry_id: int

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Move them; the answer says where they are now."""
        heat_id = None if self.picked == _NEW_HEAT else self.picked_id
        moved = await app.services.lap_entry.move(caller_of(interaction), self.entry_id, heat_id)
        answer, view = written(moved)
        await reply(interaction, answer, view=view)


class RemoveRepeatsButton(OrpButton, word="repeats"):
    """Removes the laps of an entry that were there already."""

    replaces = True
    label = "Remove repeats"

    entry_id: int

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Remove them; the answer takes the place of the one that pointed at them."""
        removed = await app.services.form.remove_repeats(caller_of(interaction), self.entry_id)
        answer, view = written(removed)
        await reply(interaction, answer, view=view)


async def run_form(opening: Awaitable[LapForm]) -> Modal:
    """Return the form as soon as its laps are there."""
    return run_modal(await opening)


def written(result: RunWritten) -> Laid:
    """Return the answer to a run that was written, and its row of buttons."""
    items = _buttons(result)
    return run_written(result), row(*items) if items else None


def _buttons(result: RunWritten) -> list[DynamicItem[Any]]:
    heat_id, racer_id, laps = result.heat.id, result.run.racer.user_id, result.run.laps
    if result.way is Way.RATED:
        return []
    if result.lap is not None:
        counts = not result.lap.counts
        return [CountLapButton(heat_id, racer_id, result.lap.number, counts=counts)]
    edit = EditLapsButton(heat_id, racer_id)
    if result.way is Way.TAKEN_BACK:
        return [edit] if laps else []
    items: list[DynamicItem[Any]] = [edit]
    if result.heat_is_open and laps:
        items.append(FinishHeatButton(heat_id))
    if result.repeated and result.entry_id is not None:
        items.append(RemoveRepeatsButton(result.entry_id))
    if result.first_crossing:
        items.append(CountLapButton(heat_id, racer_id, 1, counts=True))
    if result.entry_id is not None:
        # Last: a wet thumb hits the first one.
        items.append(UndoButton(result.entry_id))
    if result.way is Way.LOGGED and result.entry_id is not None:
        items.append(_move_select(result.entry_id, result))
    return items


def _move_select(entry_id: int, result: RunWritten) -> MoveSelect:
    options = [
        discord.SelectOption(label=heat.label[:LONGEST_OPTION], value=heat.id.hex)
        for heat in result.other_heats
    ]
    options.append(discord.SelectOption(label="New heat", value=_NEW_HEAT))
    return MoveSelect(entry_id).offering(options)
