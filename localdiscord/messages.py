"""Messages and the files that come with them, and how they look on the wire."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from localdiscord.components import Button, Select, buttons_of, selects_of, texts_of
from localdiscord.mentions import Pings
from localdiscord.model import Channel, User
from localdiscord.snowflakes import moment_of
from localdiscord.wire import Flags, JsonObject, timestamp

if TYPE_CHECKING:
    from localdiscord.interactions import Interaction


@dataclass(eq=False, repr=False)
class Attachment:
    """A file that came with a message or an option."""

    id: int
    filename: str
    data: bytes
    content_type: str
    url: str
    description: str | None = None

    def __repr__(self) -> str:
        return f"<Attachment {self.filename}, {len(self.data)} bytes>"

    def payload(self, *, ephemeral: bool = False) -> JsonObject:
        """The attachment object."""
        payload: JsonObject = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.data),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
            "ephemeral": ephemeral,
        }
        if self.description is not None:
            payload["description"] = self.description
        return payload


@dataclass(frozen=True)
class Version:
    """What a message said at one time."""

    content: str
    embeds: list[JsonObject]
    components: list[JsonObject]
    attachments: list[Attachment]
    pings: Pings
    until: datetime


@dataclass(eq=False, repr=False)
class Message:
    """A message, whoever may see it."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[JsonObject] = field(default_factory=list)
    components: list[JsonObject] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    kind: int = 0
    nonce: str | None = None
    pings: Pings = field(default_factory=Pings)
    reference: "Message | None" = None
    edited: datetime | None = None
    edits: list[Version] = field(default_factory=list)
    """What it said before, oldest first."""
    deleted: bool = False
    only_for: User | None = None
    """The one person who sees it; everybody when there is none."""
    interaction: "Interaction | None" = None

    def __repr__(self) -> str:
        return f"<Message {self.id} {self.text!r} buttons={[str(item) for item in self.buttons]}>"

    @property
    def created(self) -> datetime:
        """When it was posted."""
        return moment_of(self.id)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.only_for is not None

    @property
    def silent(self) -> bool:
        """Whether it came without a notification."""
        return bool(self.flags & Flags.SILENT)

    @property
    def loading(self) -> bool:
        """Whether the bot is still said to be thinking."""
        return bool(self.flags & Flags.LOADING)

    @property
    def buttons(self) -> list[Button]:
        """Its buttons, in order."""
        return buttons_of(self.components)

    @property
    def selects(self) -> list[Select]:
        """Its selects, in order."""
        return selects_of(self.components)

    @property
    def text(self) -> str:
        """All there is to read: content, embeds from the title to the footer, text components."""
        parts: list[str | None] = [self.content, *texts_of(self.components)]
        for embed in self.embeds:
            parts.append((embed.get("author") or {}).get("name"))
            parts.extend((embed.get("title"), embed.get("description")))
            for item in embed.get("fields") or []:
                parts.extend((item["name"], item["value"]))
            parts.append((embed.get("footer") or {}).get("text"))
        return "\n".join(part for part in parts if part)

    def remember(self, until: datetime) -> None:
        """Keep what it says now, before an edit."""
        self.edits.append(
            Version(
                self.content,
                self.embeds,
                self.components,
                self.attachments,
                self.pings,
                until,
            ),
        )

    def payload(self, *, hide_content: bool = False) -> JsonObject:
        """The message object.

        Args:
            hide_content: leave out what the bot may not read without the message content intent.
        """
        shown = [] if hide_content else self.attachments
        in_embeds = str(self.embeds)
        payload: JsonObject = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.payload(),
            "content": "" if hide_content else self.content,
            "timestamp": timestamp(self.created),
            "edited_timestamp": timestamp(self.edited),
            "tts": False,
            "mention_everyone": self.pings.everyone,
            "mentions": [user.payload() for user in self.pings.mentioned],
            "mention_roles": [str(role_id) for role_id in self.pings.mentioned_roles],
            # A picture shown by an embed is not listed a second time.
            "attachments": [
                item.payload(ephemeral=self.ephemeral)
                for item in shown
                if item.url not in in_embeds
            ],
            "embeds": [] if hide_content else self.embeds,
            "components": [] if hide_content else self.components,
            "pinned": False,
            "type": self.kind,
            "flags": int(self.flags),
        }
        if self.nonce is not None:
            payload["nonce"] = self.nonce
        if self.author.bot:
            payload["application_id"] = str(self.author.id)
        if self.interaction is not None:
            payload["webhook_id"] = str(self.author.id)
            payload["interaction_metadata"] = self.interaction.metadata()
        if self.reference is not None:
            payload["message_reference"] = {
                "type": 0,
                "message_id": str(self.reference.id),
                "channel_id": str(self.reference.channel.id),
                "guild_id": str(self.reference.channel.guild.id),
            }
        return payload
