"""What the doctor says: right on a fresh install, and about what a host has to mend."""

from __future__ import annotations

import os
from pathlib import Path

import discord as discord_py
import pytest
from sqlalchemy.engine import URL

from bot import doctor
from bot.doctor import Finding, examine
from core.config import Settings
from core.database import Database
from core.models import Team
from localdiscord import LocalDiscord
from tests.databases import add
from tests.e2e.driving import CHANNEL
from tests.ports import kept_port

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(autouse=True)
def address_of_discord(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where discord.py goes is changed by the settings, for the whole process."""
    monkeypatch.setattr(discord_py.http.Route, "BASE", discord_py.http.Route.BASE)


def settings(url: str | URL, discord: LocalDiscord | None, **more: object) -> Settings:
    given: dict[str, object] = {"database_url": url, "discord_token": "secret", **more}
    if discord is not None:
        given |= {"discord_token": discord.token, "discord_api_url": discord.api_url}
    return Settings.model_validate(given)


def starts(findings: list[Finding]) -> bool:
    return all(finding.ok for finding in findings)


def said(findings: list[Finding], *, notes: bool = True) -> str:
    return "\n".join(
        finding.text for finding in findings if not notes or finding.is_note or not finding.ok
    )


async def test_a_fresh_install_is_in_order(discord: LocalDiscord, tmp_path: Path) -> None:
    place = tmp_path / "not" / "yet" / "orp.db"
    findings = await examine(settings(f"sqlite:///{place}", discord))
    assert starts(findings)
    told = said(findings, notes=False)
    assert f"database {place} is made at the first start" in told
    assert "token belongs to ORP Bot" in told
    assert "the clock is right" in told
    assert "MB of memory are free" in told
    assert not place.parent.exists(), "nothing is made by looking"


async def test_what_the_teams_have_to_mend_is_named(
    discord: LocalDiscord, migrated_sqlite_url: URL
) -> None:
    team, bare = discord.add_guild("Arena"), discord.add_guild("Bare")
    gone = discord.add_guild("Gone")
    discord.forbid(bare.channel(CHANNEL), "attach_files")
    channel = team.channel(CHANNEL)
    database = Database(migrated_sqlite_url)
    rows = [(team.guild.id, channel.id), (bare.guild.id, bare.channel(CHANNEL).id)]
    rows += [(gone.guild.id, 17), (4242, 1)]
    await add(database, *(Team(id=team_id, summary_channel_id=at) for team_id, at in rows))
    await database.dispose()
    findings = await examine(settings(migrated_sqlite_url, discord))
    assert starts(findings)
    assert f"Arena, #{CHANNEL}: summaries can be posted" in said(findings, notes=False)
    assert f"Bare, #{CHANNEL}: Summaries in it come without pictures" in said(findings)
    assert "Gone: The channel for summaries is gone" in said(findings)
    assert "server 4242: the bot is not there any more" in said(findings)


async def test_what_comes_up_by_itself_keeps_nobody_from_starting(
    discord: LocalDiscord, tmp_path: Path
) -> None:
    with kept_port() as port:
        server = f"postgresql://orp@127.0.0.1:{port}/orp"
        away = settings(server, None, discord_api_url=f"http://127.0.0.1:{port}/api/v10")
        findings = await examine(away)
    assert starts(findings)
    assert "The bot waits for it" in said(findings)
    assert "Discord cannot be reached" in said(findings)


async def test_what_would_end_the_start_is_a_problem(
    discord: LocalDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = settings(f"sqlite:///{tmp_path / 'orp.db'}", discord).model_copy(
        update={"discord_token": settings("sqlite:///x.db", None).discord_token}
    )
    findings = await examine(wrong)
    assert not starts(findings)
    assert "DISCORD_TOKEN is not accepted by Discord" in said(findings)
    monkeypatch.setattr(os, "access", lambda *_: False)
    findings = await examine(settings(f"sqlite:///{tmp_path / 'orp.db'}", discord))
    assert not starts(findings)
    assert "may not be written by this user" in said(findings)
    (tmp_path / "notes.db").write_text("Lap times, 2019\n" * 100)
    monkeypatch.undo()
    findings = await examine(settings(f"sqlite:///{tmp_path / 'notes.db'}", discord))
    assert not starts(findings)


async def test_a_small_machine_and_a_wrong_clock_are_told(
    discord: LocalDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def five_minutes_ahead(_: str) -> float:
        return 300.0

    monkeypatch.setattr(doctor, "free_disk_mb", lambda _: 20)
    monkeypatch.setattr(doctor, "free_memory_mb", lambda: 64)
    monkeypatch.setattr(doctor, "clock_is_off_s", five_minutes_ahead)
    findings = await examine(settings(f"sqlite:///{tmp_path / 'orp.db'}", discord))
    assert starts(findings)
    assert "only 20 MB of disk are free" in said(findings)
    assert "only 64 MB of memory are free" in said(findings)
    assert "the clock is 300 s ahead" in said(findings)
