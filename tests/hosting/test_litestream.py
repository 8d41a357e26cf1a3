"""The page about Litestream, followed: laps survive the loss of the disk they were stored on."""

from __future__ import annotations

import asyncio
import platform
import re
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from core.bootstrap import build_services
from core.config import parse_database_url
from core.database import Database
from migrations.runner import upgrade, verify
from tests.e2e.aftermath import until
from tests.migrations.helpers import contents, count_rows
from tests.services.racing import ANN, BEN, log

PAGE = Path(__file__).parents[2] / "docs" / "hosting" / "litestream.md"
PROGRAM = shutil.which("litestream", path=str(Path(sys.executable).parent))
WITHIN_S = 300

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="PyPI has Litestream for 64 bit x86 Linux only",
)


def from_the_page(kind: str) -> str:
    (block,) = re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


def run(command: str, *more: str) -> bool:
    """Run a line of the page, and tell whether it went well."""
    program, word, *words = command.split()
    assert program == "litestream"
    done = subprocess.run([str(PROGRAM), word, *more, *words], check=False, timeout=WITHIN_S)
    return done.returncode == 0


async def laps_in(url: URL) -> dict[str, list[tuple[object, ...]]]:
    """Return all that is stored but what Litestream keeps for itself."""
    return {
        table: rows
        for table, rows in (await contents(url)).items()
        if not table.startswith("_litestream_")
    }


async def test_every_lap_is_back_after_the_card_has_died(
    migrated_sqlite_url: URL, tmp_path: Path
) -> None:
    card, usb, settings = tmp_path / "card", tmp_path / "usb", tmp_path / "litestream.yml"
    card.mkdir()
    here = card / "orp.db"
    shutil.copyfile(str(migrated_sqlite_url.database), here)
    url = parse_database_url(f"sqlite:///{here}")
    places = {"/var/lib/orp-bot": str(card), "/media/usb": str(usb)}
    places["/etc/litestream.yml"] = str(settings)

    def there(text: str) -> str:
        for place, instead in places.items():
            text = text.replace(place, instead)
        return text

    settings.write_text(there(from_the_page("yaml")))
    (follows,) = re.findall(r"ExecStart=.*/litestream (.*)", from_the_page("ini"))
    restores = there(from_the_page("sh").splitlines()[0])
    database = Database(url)
    services = build_services(database)
    await log(services, ANN, "20.1 20.2 20.3", "Q1")
    following = await asyncio.create_subprocess_exec(str(PROGRAM), *there(follows).split())
    await log(services, BEN, "21.1 21.2", "Q1")
    before = await laps_in(url)

    async def has_followed() -> bool:
        """Tell whether all laps would come back by now."""
        other = tmp_path / f"{next(numbers)}.db"
        if not await asyncio.to_thread(run, restores, "-o", str(other)):
            return False
        return (await count_rows(url.set(database=str(other)))).get("run_logs") == 5

    numbers = count()
    await until(has_followed)
    following.kill()
    await following.wait()
    await database.dispose()
    shutil.rmtree(card)
    assert await asyncio.to_thread(run, restores)
    assert await laps_in(url) == before
    assert not (await upgrade(url)).changed
    assert (await verify(url)).ok
