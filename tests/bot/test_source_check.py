"""``python -m bot doctor --sources`` at a timing site on this machine."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from bot.source_check import source_line
from core.config import Settings
from core.results.source_check import PageState, SourceFinding
from core.sources.race import Source
from tests.timing_site import Raced, TimingSite, timing_site

ROOT = Path(__file__).parents[2]


async def doctor(site: TimingSite, folder: Path, *words: str) -> tuple[int | None, str, str]:
    """Run it with nothing set but the site; return its exit code and what it printed."""
    names = {name.upper() for name in Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"LIVERC_HOSTS": site.exact, "LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "doctor", "--sources", *words),
        cwd=folder,
        env=environment,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_it_says_which_shape_has_moved(tmp_path: Path) -> None:
    async with timing_site() as site:
        site.publish("7001", "Q1", Raced("Ann", [20_100, 20_200]), Raced("Ben", [21_000]))
        moved = "/practice/?p=view_session&id=7"
        site.pages[moved] = b"<html><title>Sample Track :: Practice :: LiveRC</title></html>"
        base = f"http://{site.exact}"
        race = f"{base}{site.path_of('7001')}"
        pages = ("--page", f"{base}{moved}", "--page", race)
        code, out, err = await doctor(site, tmp_path, *pages)
    why = "That is a page without laps: give the page of one race, of the event, or of a practice "
    unknown = "no page is known yet; give one with --page"
    assert out.splitlines() == [
        f"ok        LiveRC race result (2 drivers, 3 laps): {race}",
        f"moved     LiveRC practice session: {why}session or day. {base}{moved}",
        f"not tried LiveRC event of {site.exact}: {unknown}",
        f"not tried LiveRC practice day of {site.exact}: {unknown}",
        f"not tried MyRCM of www.myrcm.ch: {unknown}",
    ], err
    assert code == 1
    assert not (tmp_path / "data").exists()


def test_what_is_counted_stands_in_brackets() -> None:
    finding = SourceFinding(
        Source.MYRCM, "www.myrcm.ch", "event", PageState.OK, "https://x", races=2, classes=3
    )
    assert source_line(finding) == "ok        MyRCM event (2 races, 3 classes): https://x"
    finding = SourceFinding(
        Source.LIVERC, "*.liverc.com", "result", PageState.OK, "https://x", None, 2, 40, None, 0, 1
    )
    assert source_line(finding) == (
        "ok        LiveRC race result (2 drivers, 40 laps, 1 figure differs from the laps): "
        "https://x"
    )
