"""What stands on pages and in files, as a test says: nothing is fetched, no process reads."""

from __future__ import annotations

from core.fetching.elsewhere import Elsewhere
from core.results.importing import Progress


class Scripted(Elsewhere):
    """Gives what a test has put there.

    Attributes:
        pages: What stands at an address; an exception is raised.
        content: What stands in every file.
        asked: The addresses that were asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, object] = {}
        self.content: object = None
        self.asked: list[str] = []

    async def page(self, address: str) -> object:
        self.asked.append(address)
        found = self.pages[address]
        if isinstance(found, Exception):
            raise found
        return found

    async def file(self, data: bytes) -> object:
        return self.content


async def silence(_: Progress) -> None:
    """Tell nobody."""
