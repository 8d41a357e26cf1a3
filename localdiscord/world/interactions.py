"""One interaction: what a person did, told to the bot, and what the bot answered."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from localdiscord.rules.component_types import ACTION_ROW
from localdiscord.rules.wire import CallbackType, InteractionType, JsonObject
from localdiscord.world.model import Channel, Member, Message
from localdiscord.world.signals import Signal

ATTACHMENT_LIMIT_BYTES: Final = 10 * 1024 * 1024


class Stage(Enum):
    """How far the answer to an interaction has come."""

    PENDING = auto()
    DEFERRED = auto()
    """The bot is said to be thinking; what it says next takes that message's place."""
    ANSWERED = auto()


@dataclass(eq=False, repr=False)
class Interaction:
    """What somebody did at a client."""

    id: int
    kind: InteractionType
    application_id: int
    member: Member
    channel: Channel
    data: JsonObject
    source: Message | None = None
    """The message whose button, select or form it was."""
    parent: Interaction | None = None
    """For a form: the interaction that opened it."""
    told: JsonObject | None = None
    """What the bot was told of it; the message it came from may have changed since."""
    forged: JsonObject | None = None
    """A component that is not on the message, yet was used: the bot is told that it is there."""
    target_message: Message | None = None
    target_member: Member | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(96))
    created_s: float = field(default_factory=time.monotonic)
    stage: Stage = Stage.PENDING
    callback: CallbackType | None = None
    answered_s: float | None = None
    original: Message | None = None
    """The message ``@original`` stands for."""
    followups: list[Message] = field(default_factory=list)
    choices: list[JsonObject] | None = None
    modal: JsonObject | None = None
    revision: int = 0
    """Counts what the bot did with this interaction's token, edits and deletions included."""
    late: bool = False
    """Whether an answer came too late."""
    told_s: float | None = None
    """When the gateway first began to send it, ready packed, by the monotonic clock."""
    came_s: float | None = None
    """When the head of its first answer was here, before anything of it was looked at."""
    changed: Signal = field(default_factory=Signal)
    """Wakes who waits for this answer alone, however many others are waited for."""

    def __repr__(self) -> str:
        return f"<Interaction {self.id} {self.kind.name} by {self.member.user.name}>"

    @property
    def age_s(self) -> float:
        """Seconds since the person did it."""
        return time.monotonic() - self.created_s

    @property
    def is_settled(self) -> bool:
        """Whether what was promised has come: a message, or a change of the one it was done on."""
        if self.callback is CallbackType.DEFERRED_UPDATE:
            # The deferral itself is the first of what the bot did.
            return self.revision > 1
        return self.stage is not Stage.DEFERRED

    def owns(self, message: Message) -> bool:
        """Tell whether its token reaches a message."""
        return message is self.original or message in self.followups

    def payload(self, bot: Member) -> JsonObject:
        """Return the interaction as the gateway tells of it."""
        guild = self.channel.guild
        member = self.member.payload()
        member["permissions"] = str(int(self.member.permissions_in(self.channel)))
        channel = {
            key: value
            for key, value in self.channel.payload().items()
            if key != "permission_overwrites"
        }
        channel["permissions"] = member["permissions"]
        payload: JsonObject = {
            "id": str(self.id),
            "application_id": str(self.application_id),
            "type": int(self.kind),
            "data": self.data,
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_id": str(guild.id),
            "channel": channel,
            "channel_id": str(self.channel.id),
            "member": member,
            "token": self.token,
            "version": 1,
            "app_permissions": str(int(bot.permissions_in(self.channel))),
            "locale": self.member.user.locale,
            "guild_locale": guild.locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": {"0": str(guild.id)},
            "context": 0,
            "attachment_size_limit": ATTACHMENT_LIMIT_BYTES,
        }
        if self.source is not None:
            message = self.source.payload()
            if self.forged is not None:
                row = {"type": ACTION_ROW, "components": [self.forged]}
                message["components"] = [*message["components"], row]
            payload["message"] = message
        return payload

    def metadata(self) -> JsonObject:
        """Return what a message that answers it says about it."""
        metadata: JsonObject = {
            "id": str(self.id),
            "type": int(self.kind),
            "user": self.member.user.payload(),
            "authorizing_integration_owners": {"0": str(self.channel.guild.id)},
        }
        if self.kind is InteractionType.COMMAND:
            metadata["name"] = self.data["name"]
        if self.kind is InteractionType.COMPONENT and self.source is not None:
            metadata["interacted_message_id"] = str(self.source.id)
        if self.parent is not None:
            metadata["triggering_interaction_metadata"] = self.parent.metadata()
        if self.target_member is not None:
            metadata["target_user"] = self.target_member.user.payload()
        if self.target_message is not None:
            metadata["target_message_id"] = str(self.target_message.id)
        return metadata
