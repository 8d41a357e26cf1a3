"""Files: as they come in, and as they are kept and told of."""

from __future__ import annotations

from dataclasses import dataclass

from localdiscord.rules.wire import JsonObject


@dataclass(frozen=True)
class Upload:
    """A file as it came in."""

    filename: str
    data: bytes


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
        """Return the attachment object."""
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
