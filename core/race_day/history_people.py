"""Who the racers of the earlier system's files are, in the team and on Discord."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID, uuid4

from core.database import Unit
from core.errors import BadInput, Conflict
from core.models import RacerProfile, RaceSession, Team
from core.names import RACER_NAME_LENGTH, clean_text, name_key
from core.race_day.drivers import profiles_in
from core.race_day.one_racer import become_one
from core.race_day.people import find_profile
from core.race_day.where import as_uuid
from core.racer_link import RacerLink
from core.scoring.advice import ExperienceLevel
from core.sources.history_files import ProfileRow, SessionRow


class HistoryPeople:
    """The racers of the files, by the ids they have there.

    Attributes:
        new: How many were made.
        linked: Who is known on Discord from now on.
    """

    def __init__(
        self,
        unit: Unit,
        team: Team,
        rows: Sequence[ProfileRow],
        stored: Mapping[UUID, RacerProfile],
        ran: Iterable[tuple[SessionRow, RaceSession]],
    ) -> None:
        """Find those that stand.

        Args:
            unit: The transaction, holding the team.
            team: Whose history it is.
            rows: The racers of the files.
            stored: Those of them that stand under their own ids.
            ran: The sessions of the files that stand.
        """
        self._unit, self._team, self._rows = unit, team, rows
        self._known: dict[UUID, RacerProfile] = dict(stored)
        self.new = self._of_files = 0
        self.linked: list[str] = []
        members = {racer.id: racer for racer in profiles_in(unit, team.id)}
        # Who became one with a profile of Discord is whoever their sessions name by now.
        for row, session in ran:
            owner = members.get(session.profile_id) if session.profile_id else None
            if row.profile_id is not None and owner is not None:
                self._known.setdefault(row.profile_id, owner)

    @property
    def there(self) -> int:
        """How many of the files' racers were known already."""
        return len(self._rows) - self._of_files

    def settle(self, said: Sequence[RacerLink]) -> None:
        """Link who was said to be on Discord, and make the racers that are new.

        Raises:
            BadInput: A name is nobody's, or of several.
            Conflict: Somebody is another member already.
        """
        for each in said:
            self._link(self._meant(each.who), each)
        for row in self._rows:
            if row.id not in self._known:
                self._known[row.id] = self._made(row, None)
        self._unit.db.flush()

    def get(self, profile_id: UUID | None) -> RacerProfile | None:
        """Return a racer by their id in the files; None for nobody who is known."""
        if profile_id is None:
            return None
        if profile_id in self._known:
            return self._known[profile_id]
        racer = self._unit.db.get(RacerProfile, profile_id)
        return racer if racer is not None and racer.team_id == self._team.id else None

    def member(self, user_id: int, name: str) -> RacerProfile:
        """Return who has a Discord user id, made under a name if they are new."""
        found = find_profile(self._unit, self._team.id, user_id)
        if found is None:
            shown = clean_text(name)[:RACER_NAME_LENGTH].strip() or f"Racer {user_id}"
            found = self._new(uuid4(), shown, user_id)
            self._unit.db.flush()
        return found

    def called(self, name: str) -> list[RacerProfile]:
        """Return the racers of a name."""
        key = name_key(name)
        return [
            racer for racer in profiles_in(self._unit, self._team.id) if name_key(racer.name) == key
        ]

    def unlinked(self) -> tuple[str, ...]:
        """Return the racers of the files who are not known on Discord."""
        racers = (self._known[row.id] for row in self._rows)
        return tuple(racer.name for racer in racers if racer.discord_user_id is None)

    def _meant(self, who: str) -> UUID:
        """Return the id of whom a name or an id means, in the files or in the team."""
        profile_id = as_uuid(who)
        if profile_id is not None:
            if any(row.id == profile_id for row in self._rows) or self.get(profile_id):
                return profile_id
            raise BadInput(f"--racer: nobody has the id {profile_id}, in the files or in the team.")
        found = {row.id for row in self._rows if name_key(row.name) == name_key(who)}
        if not found:
            called = self.called(who)
            # Whoever is on Discord already needs nobody to say so.
            unlinked = [racer for racer in called if racer.discord_user_id is None]
            found = {racer.id for racer in unlinked or called}
        if len(found) > 1:
            ids = " or ".join(sorted(map(str, found))[:3])
            raise BadInput(f"--racer: several are called “{who[:60]}”; give an id instead: {ids}.")
        if not found:
            raise BadInput(f"--racer: nobody is called “{who[:60]}”, in the files or in the team.")
        return found.pop()

    def _link(self, profile_id: UUID, said: RacerLink) -> None:
        mine, other = self.get(profile_id), find_profile(self._unit, self._team.id, said.user_id)
        if mine is not None and mine.discord_user_id == said.user_id:
            return
        if mine is not None and mine.discord_user_id is not None:
            raise Conflict(
                f"{mine.name} is the Discord user {mine.discord_user_id} already, "
                f"not {said.user_id}. Nothing was stored."
            )
        if mine is not None and other is not None:
            become_one(self._unit, mine, other)
            self._known = {
                key: other if racer is mine else racer for key, racer in self._known.items()
            }
            mine = other
        elif mine is not None:
            mine.discord_user_id = said.user_id
            self._unit.db.flush()
        elif other is not None:
            mine = other
        else:
            row = next(row for row in self._rows if row.id == profile_id)
            mine = self._made(row, said.user_id)
        self._known[profile_id] = mine
        self.linked.append(mine.name)

    def _made(self, row: ProfileRow, user_id: int | None) -> RacerProfile:
        racer = self._new(row.id, row.name, user_id)
        racer.created_at = row.created_at or self._unit.now
        racer.updated_at = row.updated_at or racer.created_at
        racer.experience_level = row.experience_level or ExperienceLevel.INTERMEDIATE.value
        racer.driving_style = row.driving_style
        self._of_files += 1
        return racer

    def _new(self, profile_id: UUID, name: str, user_id: int | None) -> RacerProfile:
        now = self._unit.now
        racer = RacerProfile(
            id=profile_id,
            team_id=self._team.id,
            discord_user_id=user_id,
            name=name,
            created_at=now,
            updated_at=now,
        )
        self._unit.db.add(racer)
        self.new += 1
        return racer
