"""Looking whether pages of timing sites are still as the bot reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from bot.render.phrases import count
from core.config import Settings
from core.database import Database
from core.fetching.elsewhere import Elsewhere
from core.fetching.hosts import Hosts
from core.results.source_check import PageState, SourceFinding
from core.services.source_check import SourceCheck
from core.site_turns import SiteTurns
from core.sources.race import Source
from migrations import runner
from migrations.newest import NEWEST

_SITES: Final = {Source.LIVERC: "LiveRC", Source.MYRCM: "MyRCM"}
_PAGES: Final = {
    "result": "race result",
    "practice": "practice session",
    "run": "run report",
}


async def examine_sources(settings: Settings, pages: Sequence[str]) -> AsyncIterator[SourceFinding]:
    """Read one page of each kind from each source that is set, and tell what came of it.

    Args:
        settings: What is set; where its database is of another revision, no page is known from it.
        pages: Addresses to read rather than those that are known.

    Raises:
        RacerError: An address may not be read, or leads to no page with laps.
    """
    database = await _ready_database(settings)
    elsewhere = Elsewhere(
        Hosts(settings.liverc_hosts, settings.myrcm_hosts),
        turn=SiteTurns(database).turn if database else None,
    )
    try:
        async for finding in SourceCheck(elsewhere, database).check(pages):
            yield finding
    finally:
        await elsewhere.close()
        if database is not None:
            await database.dispose()


async def _ready_database(settings: Settings) -> Database | None:
    """Return the database where there is one that this program can use; it is not made."""
    try:
        revision = await runner.current(settings.database_url)
    except runner.MigrationError:
        return None
    return Database(settings.database_url) if revision == NEWEST else None


def source_line(finding: SourceFinding) -> str:
    """Return the line that tells of one kind of page."""
    page = f" {_PAGES.get(finding.page, finding.page)}" if finding.page else ""
    what = f"{_SITES[finding.source]}{page}"
    match finding.state:
        case PageState.OK:
            told = f"{what} ({_counted(finding)}): {finding.address}"
        case PageState.NOT_TRIED:
            told = f"{what} of {finding.host}: no page is known yet; give one with --page"
        case _:
            told = f"{what}: {finding.why} {finding.address}"
    return f"{finding.state.value:10}{told}"


def _counted(finding: SourceFinding) -> str:
    if finding.drivers is not None:
        parts = [count(finding.drivers, "driver"), count(finding.laps, "lap")]
    else:
        parts = [count(finding.races or 0, "race")]
        # Not every source has a page for each.
        if finding.classes:
            several = "es" if finding.classes > 1 else ""
            parts.append(f"{finding.classes} class{several}")
    if finding.differences:
        verb = "differs" if finding.differences == 1 else "differ"
        parts.append(f"{count(finding.differences, 'figure')} {verb} from the laps")
    return ", ".join(parts)
