"""Why a page was not read, each with one plain sentence."""

from __future__ import annotations

from core.errors import BadInput, RacerError


class AddressRefused(BadInput):
    """The address, one it leads on to, or the computer behind it is none that may be read."""


class PageNotRead(RacerError):
    """The address may be read, and still nothing came of it."""


class NotThere(PageNotRead):
    """The site has no such page, or no longer (404, 410)."""


class Forbidden(PageNotRead):
    """The site does not let the bot read it (401, 403)."""


class Busy(PageNotRead):
    """The site asks to come back later, or is in trouble itself (429, 5xx).

    Attributes:
        retry_after_s: After how many seconds it wants to be asked again, 0 to 86,400; None when it
            does not say.
    """

    def __init__(self, sentence: str, retry_after_s: int | None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class TooLarge(PageNotRead):
    """The page is larger than any result page."""


class TooSlow(PageNotRead):
    """The page did not come within the time it is given."""


class NotReachable(PageNotRead):
    """There is no connection to the site, or it broke off."""


class NotAPage(PageNotRead):
    """What came is no page: a picture, a download, an answer that cannot be understood."""


class Unreadable(BadInput):
    """The reading process could make nothing of what it was given."""
