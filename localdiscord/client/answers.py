"""What a person gets to see after doing something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from localdiscord.rules.errors import DriverError
from localdiscord.rules.wire import CallbackType, JsonObject
from localdiscord.world.components import Button, Field, Select, fields_of
from localdiscord.world.files import Attachment
from localdiscord.world.interactions import Interaction, Stage
from localdiscord.world.model import Message
from localdiscord.world.signals import PATIENT_S, Signal

NO_RESPONSE: Final = "The application did not respond"


@dataclass(frozen=True)
class Choice:
    """One suggestion of an autocomplete."""

    name: str
    value: str | int | float


@dataclass(frozen=True)
class Modal:
    """A form that has opened."""

    interaction: Interaction
    """The one that opened it."""
    custom_id: str
    title: str
    components: list[JsonObject]

    @property
    def fields(self) -> list[Field]:
        """What it asks for, in order."""
        return fields_of(self.components)

    def field(self, name: str) -> Field:
        """Return a field by custom id or label.

        Raises:
            DriverError: it has none such.
        """
        for item in self.fields:
            if name in (item.custom_id, item.label):
                return item
        there = ", ".join(item.label for item in self.fields)
        message = f"The form “{self.title}” has no field “{name}”, only: {there}."
        raise DriverError(message)


class Answer:
    """The answer to one interaction. It stays current when the bot edits it later."""

    def __init__(self, interaction: Interaction, changed: Signal) -> None:
        self.interaction = interaction
        self._changed = changed

    def __repr__(self) -> str:
        return f"<Answer {self.text!r} buttons={[str(button) for button in self.buttons]}>"

    @property
    def failed(self) -> bool:
        """Whether nothing came within 3 seconds."""
        return self.interaction.stage is Stage.PENDING

    @property
    def deferred(self) -> bool:
        """Whether the bot first said that it is thinking, or acknowledged without a word."""
        return self.interaction.callback in (
            CallbackType.DEFERRED_MESSAGE,
            CallbackType.DEFERRED_UPDATE,
        )

    @property
    def loading(self) -> bool:
        """Whether what the bot has promised is still to come."""
        return not self.failed and not self.interaction.is_settled

    @property
    def updated(self) -> bool:
        """Whether the message it was done on was changed, instead of a new one."""
        if self.interaction.callback is CallbackType.DEFERRED_UPDATE:
            return self.interaction.is_settled and not self.followups
        return self.interaction.callback is CallbackType.UPDATE

    @property
    def elapsed(self) -> float:
        """Seconds until the first answer; NaN when there was none."""
        return float("nan") if self.failed else self.interaction.answered_s or 0.0

    @property
    def took_s(self) -> float:
        """Seconds from telling the bot to its first answer, NaN where there was none.

        Unlike ``elapsed`` without this Discord's own work on either: from the last moment before
        the gateway sends the interaction to the first at which the answer is here.
        """
        told_s, came_s = self.interaction.told_s, self.interaction.came_s
        return float("nan") if told_s is None or came_s is None else came_s - told_s

    @property
    def message(self) -> Message | None:
        """The message it is, new or updated; None for forms, choices and silence."""
        message = self.interaction.original
        return None if message is None or message.deleted else message

    @property
    def followups(self) -> list[Message]:
        """What came after it, oldest first."""
        return [message for message in self.interaction.followups if not message.deleted]

    @property
    def messages(self) -> list[Message]:
        """The message and all that came after it."""
        first = [] if self.message is None else [self.message]
        return [*first, *self.followups]

    @property
    def content(self) -> str:
        """The message's content, without embeds."""
        return "" if self.message is None else self.message.content

    @property
    def text(self) -> str:
        """All there is to read, in the message and what came after it."""
        if self.failed:
            return NO_RESPONSE
        return "\n".join(message.text for message in self.messages)

    @property
    def embeds(self) -> list[JsonObject]:
        """The message's embeds."""
        return [] if self.message is None else self.message.embeds

    @property
    def buttons(self) -> list[Button]:
        """All buttons, those of what came after included."""
        return [button for message in self.messages for button in message.buttons]

    @property
    def selects(self) -> list[Select]:
        """All selects, those of what came after included."""
        return [select for message in self.messages for select in message.selects]

    @property
    def attachments(self) -> list[Attachment]:
        """All files, those of what came after included."""
        return [item for message in self.messages for item in message.attachments]

    @property
    def ephemeral(self) -> bool:
        """Whether only the person who asked sees it, and all that came after it."""
        return bool(self.messages) and all(message.ephemeral for message in self.messages)

    @property
    def choices(self) -> list[Choice]:
        """The suggestions, when text was being typed."""
        return [Choice(item["name"], item["value"]) for item in self.interaction.choices or []]

    @property
    def modal(self) -> Modal | None:
        """The form, when one has opened."""
        form = self.interaction.modal
        if form is None:
            return None
        return Modal(self.interaction, form["custom_id"], form["title"], form["components"])

    async def wait_for(
        self,
        wanted: Callable[[Answer], bool],
        timeout_s: float = PATIENT_S,
    ) -> Answer:
        """Wait until the answer, edits and what comes after included, is as wanted.

        Raises:
            TimeoutError: it was not within ``timeout_s`` seconds.
        """
        await self._changed.wait_for(lambda: wanted(self) or None, timeout_s)
        return self
