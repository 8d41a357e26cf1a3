"""What the publisher has to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from core.results.heat import HeatTable
from core.results.standings import Standings


class PostTask(StrEnum):
    """What the publisher has to do for a claimed post."""

    POST = "post"
    EDIT = "edit"
    REMOVE = "remove"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ClaimedPost:
    """A post the publisher holds for a while.

    Attributes:
        id: The outbox row; the nonce of its message begins it.
        task: What is to be done.
        team_id: Whose it is.
        channel_id: Where to.
        message_id: The post to edit or remove.
        silent: Post without a notification.
        version: The change it will then stand at.
        attempts: How often it was tried since it last went well.
        content: What it shows; None when it is to be removed or there is nothing to show.
        subject_id: The id of the heat or session, which stands in the post's buttons.
        look_since: When an earlier attempt began whose outcome nobody noted; its message, if it
            is out, is adopted instead of posted again.
        look_in: The channel of that attempt.
        lacks_only_picture: The message says everything already; only its picture is missing.
    """

    id: UUID
    task: PostTask
    team_id: int
    channel_id: int | None
    message_id: int | None
    silent: bool
    version: int
    attempts: int
    content: HeatTable | Standings | None
    subject_id: UUID
    look_since: datetime | None
    look_in: int | None
    lacks_only_picture: bool


@dataclass(frozen=True, slots=True)
class OutboxDepth:
    """How much waits in the outbox.

    Attributes:
        waiting: How many posts are still to be posted, edited or removed.
        oldest: How long the one has waited that was ordered first and is not out yet.
    """

    waiting: int
    oldest: timedelta
