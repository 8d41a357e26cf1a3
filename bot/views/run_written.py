"""Under the answer to a run that was written: Undo, Edit laps and its form, Count it and others.

Each item carries ids and the wanted state, never "toggle": it works after a restart, and pressed
twice it does no harm. What the presser may do is decided in the core.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

import discord
from discord.ui import DynamicItem, Label, Modal, TextInput, UserSelect, View

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply, reply_to_error, reply_with_form
from bot.discord.typed import typed_in
from bot.limits import LONGEST_OPTION, MOST_CHARACTERS, MOST_FIELDS
from bot.render.run_written import laps_since, run_written
from bot.views.base import Laid, OrpButton, OrpSelect, laid, row
from bot.views.base_form import OrpForm, Sent
from bot.views.heat import FinishHeatButton
from core.commands import EditLaps, FixedLaps
from core.errors import RacerError
from core.names import CLASS_NAME_LENGTH, HEAT_NAME_LENGTH, NOTE_LENGTH
from core.results.form import LapForm
from core.results.run_written import LapsSince, RunWritten, Way

# Emoji take two places in Discord's count; the core counts characters.
_LONGEST_NAME: Final = 2 * (HEAT_NAME_LENGTH + CLASS_NAME_LENGTH + 1)
_LONGEST_NOTE: Final = 2 * NOTE_LENGTH
# From here on a second field stands below the first, which may become too short.
_SECOND_FIELD_FROM: Final = MOST_CHARACTERS // 2
_LONGEST_NUMBER: Final = 20
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


class PutBackButton(OrpButton, word="put-back"):
    """Stores again what an Undo took."""

    label = "Put back"

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Put the laps back; it may stand under any answer, which stays."""
        caller = caller_of(interaction)
        answer, view = await laid(
            await app.services.undo.put_back(caller, self.draft_id), interaction
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
            laps=_laps_in(sent),
            heat=sent.text("heat"),
            note=sent.text("note"),
            racer=sent.person("racer"),
        )
        caller = caller_of(interaction)
        try:
            saved = await app.services.form.save(caller, command)
        except Exception as error:
            kept = partial(app.services.form.keep, caller, command)
            await hand_back(interaction, error, kept, shown=command.laps)
        else:
            answer, view = await laid(saved, interaction)
            await reply(interaction, answer, view=view)


class FixForm(OrpForm, word="fix"):
    """The form that hands back what was refused, with all that was typed."""

    draft_id: UUID

    async def sent(self, interaction: discord.Interaction, app: App, sent: Sent) -> None:
        """Store it where it would have gone; what is refused again is handed back again."""
        fixed = FixedLaps(
            laps=_laps_in(sent),
            heat=sent.shown_text("heat"),
            class_name=sent.shown_text("class"),
            confidence=sent.shown_text("confidence"),
            note=sent.shown_text("note"),
            racer=sent.person("racer"),
        )
        caller = caller_of(interaction)
        try:
            stored = await app.services.form.fix(caller, self.draft_id, fixed)
        except Exception as error:
            kept = partial(app.services.form.keep_fixed, caller, self.draft_id, fixed)
            await hand_back(interaction, error, kept, shown=fixed.laps)
        else:
            answer, view = await laid(stored, interaction)
            await reply(interaction, answer, view=view)


def _laps_in(sent: Sent) -> str:
    return "\n".join(filter(None, (sent.text("laps"), sent.text("more"))))


def run_modal(form: LapForm) -> Modal:
    """Return the form with a run's laps, or with what was refused, filled in."""
    title = " · ".join(filter(None, (form.heat, form.racer.name)))
    modal = _opened_for(form).opened(title)
    for field in _fields(form)[:MOST_FIELDS]:
        modal.add_item(field)
    return modal


def _opened_for(form: LapForm) -> OrpForm:
    if form.draft_id is not None:
        return FixForm(form.draft_id)
    return RunForm(form.heat_id, form.racer.user_id, form.version)


def _fields(form: LapForm) -> list[Label[View]]:
    """Return the form's fields; what is there no room for is last, and stays as it was typed."""
    first, second = _in_two(form.laps)
    laps = _text("laps", first, MOST_CHARACTERS, style=_LONG)
    laps.placeholder = "20.812\nx 35.100\n20.944"
    fields = [
        Label[View](
            text="Laps, one a line",
            description="x in front: it does not count; with none left the run goes",
            component=laps,
        )
    ]
    if second or (form.draft_id is None and _may_need_two(form.laps)):
        more = _text("more", second, MOST_CHARACTERS, style=_LONG)
        fields.append(
            Label(text="More laps", description="Where one field is too short", component=more)
        )
    fields.append(
        Label(
            text="Heat",
            description="Where the laps belong; a new name opens it",
            component=_text("heat", form.heat, _LONGEST_NAME),
        )
    )
    if form.class_name is not None:
        class_name = _text("class", form.class_name, _LONGEST_NAME)
        fields.append(Label(text="Class", component=class_name))
    if form.confidence is not None:
        confidence = _text("confidence", str(form.confidence), _LONGEST_NUMBER)
        fields.append(Label(text="How sure of the car, 1 to 5", component=confidence))
    note = _text("note", form.note, _LONGEST_NOTE)
    fields.append(Label(text="What you changed on the car", component=note))
    if form.is_crew:
        racer = UserSelect[View](
            custom_id="racer",
            required=False,
            min_values=0,
            default_values=[discord.Object(form.to_racer.user_id, type=discord.User)],
        )
        fields.append(Label(text="Racer", description="Whose laps they are", component=racer))
    return fields


def _may_need_two(laps: str) -> bool:
    return not laps or len(laps) > _SECOND_FIELD_FROM


def _text(
    name: str, value: str, most: int, *, style: discord.TextStyle = discord.TextStyle.short
) -> TextInput[View]:
    return TextInput(
        custom_id=name, default=value[:most], max_length=most, required=False, style=style
    )


def _in_two(laps: str) -> tuple[str, str]:
    """Cut a long text between two laps, so that each part fits into a field."""
    if len(laps) <= MOST_CHARACTERS:
        return laps, ""
    at = max(laps.rfind(blank, 0, MOST_CHARACTERS + 1) for blank in "\n ")
    return laps[:at], laps[at + 1 :]


async def hand_back(
    interaction: discord.Interaction,
    error: Exception,
    keep: Callable[[RacerError], Awaitable[UUID]],
    *,
    shown: str = "",
) -> None:
    """Answer what could not be stored with a way to correct it; nothing that was typed is lost.

    Args:
        interaction: What failed.
        error: Why.
        keep: Keeps what was typed as a draft.
        shown: The laps, to be quoted in any case; a command is where it cannot be kept.
    """
    view = None
    if isinstance(error, RacerError):
        try:
            view = row(FixItButton(await keep(error)))
        except Exception as worse:
            error = worse
    typed = shown or ("" if view else typed_in(interaction))
    await reply_to_error(interaction, error, view=view, typed=typed)


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


class FixItButton(OrpButton, word="edit-again"):
    """Opens the form with what was refused; the word is from when only forms were handed back."""

    label = "Fix it"
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


@laid.register
async def _written(result: RunWritten, interaction: discord.Interaction) -> Laid:
    return written(result)


@laid.register
async def _since(result: LapsSince, interaction: discord.Interaction) -> Laid:
    both = FixItButton(result.draft_id)
    both.item.label = "Both in the form"
    return laps_since(result), row(both)


def written(result: RunWritten) -> Laid:
    """Return the answer to a run that was written, and its row of buttons."""
    items = _buttons(result)
    return run_written(result), row(*items) if items else None


def _buttons(result: RunWritten) -> list[DynamicItem[Any]]:
    heat_id, racer_id, laps = result.heat.id, result.run.racer.user_id, result.run.laps
    if result.way in (Way.RATED, Way.NOTED):
        return []
    if result.lap is not None:
        counts = not result.lap.counts
        return [CountLapButton(heat_id, racer_id, result.lap.number, counts=counts)]
    edit = EditLapsButton(heat_id, racer_id)
    if result.way is Way.TAKEN_BACK:
        back: list[DynamicItem[Any]] = [PutBackButton(result.draft_id)] if result.draft_id else []
        return [*back, edit] if laps else back
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
