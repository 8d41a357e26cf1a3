"""What outlives a run of the local Discord: database, pictures, story, how far its event is."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from localdiscord.world.files import Attachment
from localdiscord.world.posts import bring_back, posts_of
from localdiscord.world.world import World

DATABASE: Final = Path("data/local.db")
FOLDER: Final = Path("data/local")
# The database of a bot that has a token; nobody plays in it.
REAL_DATABASE: Final = "sqlite:///data/orp.db"


def database_of_the_user() -> str | None:
    """Return the database set in the environment or in ``.env``, unless it is the real one."""
    given = os.environ.get("DATABASE_URL") or dotenv_values(".env").get("DATABASE_URL")
    return given if given and given.strip() != REAL_DATABASE else None


def is_file_to_come(url: str) -> bool:
    """Tell whether an address is that of a SQLite file that is not there yet."""
    kind, _, file = url.partition(":///")
    return kind.startswith("sqlite") and not Path(file).exists()


@dataclass(frozen=True)
class Pictures:
    """Keeps pictures, so that a person can open them."""

    folder: Path = FOLDER

    def save(self, picture: Attachment) -> str:
        """Keep a picture and give its path; one that is there already is not kept twice."""
        stem, dot, ending = re.sub(r"[^\w.-]", "_", picture.filename).rpartition(".")
        self.folder.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            path = self.folder / f"{stem}-{number}{dot}{ending}"
            if not path.exists():
                path.write_bytes(picture.data)
            if path.read_bytes() == picture.data:
                break
        return path.as_posix()


@dataclass(frozen=True)
class Standing:
    """How far an event is, and where its page was: what followed it there goes on following it."""

    races: int = 0
    """How many of its races are over."""
    port: int = 0
    """0 where it had none yet."""


@dataclass(frozen=True)
class KeptEvent:
    """Keeps how far the sample event is."""

    file: Path = FOLDER / "sample-event.json"

    def standing(self) -> Standing:
        """Return how far it was left; at its beginning where that cannot be told."""
        try:
            races, port = json.loads(self.file.read_text(encoding="utf-8"))
            return Standing(int(races), int(port))
        except (OSError, ValueError, TypeError):
            return Standing()

    def keep(self, standing: Standing) -> None:
        """Keep how far it is."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps([standing.races, standing.port]), encoding="utf-8")

    def forget(self) -> None:
        """Let it begin anew."""
        self.file.unlink(missing_ok=True)


@dataclass(frozen=True)
class KeptPosts:
    """Keeps what was posted, so that the next time the channels are as they were left."""

    file: Path = FOLDER / "posts.json"

    def keep(self, world: World) -> None:
        """Keep what everybody sees; what was kept before stays whole until this is."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(posts_of(world)), encoding="utf-8")
        new.replace(self.file)

    def bring_back(self, world: World) -> None:
        """Put it where it was; nothing where that cannot be told."""
        with suppress(OSError, KeyError, TypeError, ValueError):
            bring_back(world, json.loads(self.file.read_text(encoding="utf-8")))

    def forget(self) -> None:
        """Begin with empty channels."""
        self.file.unlink(missing_ok=True)


@dataclass(frozen=True)
class Story:
    """The story as it was told, beside the database it was played into."""

    database: Path = DATABASE
    text: Path = FOLDER / "story.txt"

    @property
    def url(self) -> str:
        """The database's address."""
        return f"sqlite:///{self.database}"

    def told_before(self) -> str | None:
        """Return the story that was played into the database; None when it is to be played.

        A database without its whole story was left in the middle of it, and goes.
        """
        if self.database.exists() and self.text.exists():
            return self.text.read_text(encoding="utf-8")
        self.text.unlink(missing_ok=True)
        for file in self.database.parent.glob(f"{self.database.name}*"):
            file.unlink()
        return None

    def keep(self, text: str) -> None:
        """Keep the whole story."""
        self.text.parent.mkdir(parents=True, exist_ok=True)
        self.text.write_text(text, encoding="utf-8")
