"""Who asks: what a service needs to know of the person behind a command or button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.errors import NotAllowed

# What a column of ids holds; a forged button or select may carry more.
LARGEST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a team as the chat shows them.

    Attributes:
        user_id: Their Discord user id.
        name: What they are called.
        has_left: Whether they are in the server no more; the team knows them as they were then.
    """

    user_id: int
    name: str
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """The person who acts, where, and with which rights.

    Attributes:
        team_id: The Discord server's id; every service call is bound to it.
        person: Who acts.
        role_ids: The roles they have in that server.
        manages_server: Whether they have Manage Server.
        channel_id: Where they typed.
        interaction_id: The interaction that brought the request, so that the same one delivered
            twice changes nothing twice.
    """

    team_id: int
    person: Person
    role_ids: frozenset[int] = frozenset()
    manages_server: bool = False
    channel_id: int | None = None
    interaction_id: int | None = None

    def is_crew(self, crew_role_id: int | None) -> bool:
        """Tell whether the person has the team's crew role or Manage Server."""
        return self.manages_server or crew_role_id in self.role_ids

    def require_crew(self, crew_role_id: int | None, to_do: str) -> None:
        """Refuse what only crew may do.

        Raises:
            NotAllowed: The person is not crew.
        """
        if not self.is_crew(crew_role_id):
            raise NotAllowed(f"Only crew can {to_do}; ask someone with the crew role.")

    def require_manager(self) -> None:
        """Refuse what only Manage Server may do.

        Raises:
            NotAllowed: The person lacks that permission.
        """
        if not self.manages_server:
            raise NotAllowed("Only someone with Manage Server can change the team's settings.")
