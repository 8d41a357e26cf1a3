"""REST: answers to interactions, the first one and those that follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from localdiscord.api.calls import Call, Route, answer, nothing
from localdiscord.api.routes_channels import check_files, is_empty, leaves_empty
from localdiscord.rules import errors, limits, limits_callbacks
from localdiscord.rules.wire import CallbackType, CommandType, Flags, InteractionType, JsonObject
from localdiscord.world.components import numbered
from localdiscord.world.interactions import Interaction, Stage
from localdiscord.world.model import Message
from localdiscord.world.world import World

CHAT_INPUT_MESSAGE: Final = 20
CONTEXT_MENU_MESSAGE: Final = 23
_BOTS_FLAGS: Final = (
    Flags.SUPPRESS_EMBEDS | Flags.EPHEMERAL | Flags.LOADING | Flags.SILENT | Flags.COMPONENTS_V2
)


@dataclass
class Patience:
    """How long Discord waits; tests shorten it."""

    answer_within_s: float = 3.0
    """For the first answer."""
    token_life_s: float = 15 * 60.0
    """For everything after it."""


class InteractionRoutes:
    """Answering people."""

    def __init__(self, world: World, patience: Patience) -> None:
        self._world = world
        self._patience = patience

    def table(self) -> list[Route]:
        """Return the routes. The interaction's token in the path is all they ask for."""
        callback = "/interactions/{interaction_id}/{interaction_token}/callback"
        webhook = "/webhooks/{webhook_id}/{webhook_token}"
        original = webhook + "/messages/@original"
        one = webhook + "/messages/{message_id}"
        message = limits.message
        return [
            Route("POST", callback, self.first, limits_callbacks.callback, needs_token=False),
            Route("POST", webhook, self.follow_up, message, needs_token=False),
            Route("GET", original, self.get, needs_token=False),
            Route("PATCH", original, self.edit, message, needs_token=False),
            Route("DELETE", original, self.delete, needs_token=False),
            Route("GET", one, self.get, needs_token=False),
            Route("PATCH", one, self.edit, message, needs_token=False),
            Route("DELETE", one, self.delete, needs_token=False),
        ]

    async def first(self, call: Call) -> web.Response:
        """Take the first answer."""
        interaction = self._world.interactions.get(call.text("interaction_token"))
        if interaction is None or interaction.id != call.id("interaction_id"):
            raise errors.unknown_interaction()
        if interaction.stage is not Stage.PENDING:
            raise errors.already_answered()
        if interaction.age_s > self._patience.answer_within_s:
            interaction.late = True
            self._world.changed.notify()
            raise errors.unknown_interaction()
        self._refuse_misfits(interaction, call)
        message = self._take(interaction, call)
        interaction.answered_s = interaction.age_s
        interaction.came_s = call.received_s
        self._touched(interaction)
        if not call.flag("with_response"):
            return nothing()
        return answer(_callback_response(interaction, message))

    async def follow_up(self, call: Call) -> web.Response:
        """Take a further message, or the one that was promised by deferring."""
        interaction = self._interaction(call)
        if is_empty(call.fields, files=bool(call.uploads)):
            raise errors.empty_message()
        problems = check_files(call.fields, set(call.uploads), set())
        if problems:
            raise errors.invalid_form(problems)
        if interaction.stage is Stage.DEFERRED and interaction.original is not None:
            message = interaction.original
            interaction.stage = Stage.ANSWERED
            self._world.fill_deferred(message, call.fields, call.uploads)
        else:
            message = self._post(interaction, call, call.fields)
            interaction.followups.append(message)
        self._touched(interaction)
        return answer(message.payload())

    async def get(self, call: Call) -> web.Response:
        """Return one of the messages an interaction led to."""
        return answer(self._message(call, self._interaction(call)).payload())

    async def edit(self, call: Call) -> web.Response:
        """Edit one of the messages an interaction led to."""
        interaction = self._interaction(call)
        message = self._message(call, interaction)
        kept = {item.id for item in message.attachments}
        problems = check_files(call.fields, set(call.uploads), kept)
        if problems:
            raise errors.invalid_form(problems)
        if leaves_empty(message, call.fields, files=bool(call.uploads)):
            raise errors.empty_message()
        if message.loading:
            interaction.stage = Stage.ANSWERED
        self._world.edit(message, call.fields, call.uploads)
        self._touched(interaction)
        return answer(message.payload())

    async def delete(self, call: Call) -> web.Response:
        """Delete one of the messages an interaction led to."""
        interaction = self._interaction(call)
        message = self._message(call, interaction)
        if message.loading:
            interaction.stage = Stage.ANSWERED
        self._world.delete_message(message)
        self._touched(interaction)
        return nothing()

    def _interaction(self, call: Call) -> Interaction:
        interaction = self._world.interactions.get(call.text("webhook_token"))
        if interaction is None or interaction.stage is Stage.PENDING:
            raise errors.unknown_webhook()
        if interaction.application_id != call.id("webhook_id"):
            raise errors.unknown_webhook()
        if interaction.age_s > self._patience.token_life_s:
            raise errors.dead_token()
        return interaction

    def _message(self, call: Call, interaction: Interaction) -> Message:
        if "message_id" in call.request.match_info:
            message = self._world.messages.get(call.id("message_id"))
        else:
            message = interaction.original
        if message is None or message.deleted or not interaction.owns(message):
            raise errors.unknown_message()
        return message

    def _refuse_misfits(self, interaction: Interaction, call: Call) -> None:
        body = call.fields
        source = interaction.source
        problems = limits_callbacks.fits(interaction.kind, body, has_source=source is not None)
        data = body.get("data") or {}
        kept = {item.id for item in source.attachments} if source is not None else set()
        problems += check_files(data, set(call.uploads), kept)
        if problems:
            raise errors.invalid_form(problems)
        if body["type"] == CallbackType.MESSAGE and is_empty(data, files=bool(call.uploads)):
            raise errors.empty_message()
        if body["type"] == CallbackType.UPDATE and source is not None:
            if source.deleted:
                raise errors.unknown_message()
            if leaves_empty(source, data, files=bool(call.uploads)):
                raise errors.empty_message()

    def _take(self, interaction: Interaction, call: Call) -> Message | None:
        kind = CallbackType(call.fields["type"])
        data = call.fields.get("data") or {}
        interaction.callback = kind
        interaction.stage = Stage.ANSWERED
        if kind is CallbackType.MESSAGE:
            interaction.original = self._post(interaction, call, data, first=True)
        elif kind is CallbackType.DEFERRED_MESSAGE:
            interaction.stage = Stage.DEFERRED
            promise = {"flags": int(data.get("flags") or 0) | Flags.LOADING}
            interaction.original = self._post(interaction, call, promise, first=True)
        elif kind is CallbackType.CHOICES:
            interaction.choices = data.get("choices") or []
        elif kind is CallbackType.MODAL:
            interaction.modal = {**data, "components": numbered(data["components"])}
        else:
            interaction.original = interaction.source
            if kind is CallbackType.UPDATE and interaction.source is not None:
                self._world.edit(interaction.source, data, call.uploads)
        return interaction.original

    def _post(
        self,
        interaction: Interaction,
        call: Call,
        data: JsonObject,
        *,
        first: bool = False,
    ) -> Message:
        kind = 0
        if first and interaction.kind is InteractionType.COMMAND:
            typed = interaction.data["type"] == CommandType.CHAT_INPUT
            kind = CHAT_INPUT_MESSAGE if typed else CONTEXT_MENU_MESSAGE
        return self._world.post(
            interaction.channel,
            self._world.bot_in(interaction.channel.guild),
            {**data, "flags": int(data.get("flags") or 0) & _BOTS_FLAGS},
            call.uploads,
            interaction=interaction,
            kind=kind,
        )

    def _touched(self, interaction: Interaction) -> None:
        interaction.revision += 1
        interaction.changed.notify()
        self._world.changed.notify()


def _callback_response(interaction: Interaction, message: Message | None) -> JsonObject:
    kind = interaction.callback or CallbackType.MESSAGE
    about: JsonObject = {"id": str(interaction.id), "type": int(interaction.kind)}
    resource: JsonObject = {"type": int(kind)}
    if message is not None:
        about["response_message_id"] = str(message.id)
        about["response_message_loading"] = message.loading
        about["response_message_ephemeral"] = message.ephemeral
        if kind in (CallbackType.MESSAGE, CallbackType.UPDATE):
            resource["message"] = message.payload()
    return {"interaction": about, "resource": resource}
