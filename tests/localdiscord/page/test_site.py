"""The page's own server: whom it lets in, that all is its own, and that it stands alone."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from localdiscord import LocalDiscord
from localdiscord.page.alone import serve
from localdiscord.page.site import KEY_HEADER, STATIC, WRONG_KEY, Page

ROOT = Path(__file__).parents[3]
KEY = "the-key"


@dataclass
class Visit:
    """Requests to the page's server."""

    page: Page
    session: aiohttp.ClientSession

    @property
    def address(self) -> str:
        return self.page.address.partition("#")[0]

    async def status(self, method: str, path: str, **headers: str) -> int:
        async with self.session.request(
            method, self.address + path, json={}, headers=headers
        ) as response:
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]
            return response.status


@pytest.fixture
async def visit(discord: LocalDiscord) -> AsyncIterator[Visit]:
    async with Page(discord, key=KEY) as page, aiohttp.ClientSession() as session:
        yield Visit(page, session)


async def test_nothing_but_its_files_without_the_key(visit: Visit) -> None:
    for path in ("", "main.js", "style.css"):
        assert await visit.status("GET", path) == 200
    assert await visit.status("GET", "../site.py") == 404
    for method, path in (("POST", "do/behave"), ("GET", "attachment/1")):
        assert await visit.status(method, path) == 401
        assert await visit.status(method, path, **{KEY_HEADER: "wrong"}) == 401
    assert await visit.status("POST", "do/behave", **{KEY_HEADER: KEY}) == 200
    assert await visit.status("POST", "do/nothing-known", **{KEY_HEADER: KEY}) == 404
    assert visit.page.address.endswith(f"/#{KEY}")


async def test_no_other_host_and_no_other_page(visit: Visit) -> None:
    port = visit.address.rpartition(":")[2].strip("/")
    assert await visit.status("GET", "", Host=f"localhost:{port}") == 200
    # A name that a stranger's page has pointed at this machine.
    assert await visit.status("GET", "", Host=f"evil.example:{port}") == 421
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{port}"):
        given = {"Origin": origin, KEY_HEADER: KEY}
        assert await visit.status("POST", "do/behave", **given) == 403
    given = {"Origin": visit.address.strip("/"), KEY_HEADER: KEY}
    assert await visit.status("POST", "do/behave", **given) == 200


@pytest.mark.parametrize("word", ['{"key": "wrong"}', "{}", "[]", "no JSON"])
async def test_the_news_are_for_who_has_the_key(visit: Visit, word: str) -> None:
    async with visit.session.ws_connect(f"{visit.address}live") as socket:
        await socket.send_str(word)
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == WRONG_KEY
    async with visit.session.ws_connect(f"{visit.address}live") as socket:
        await socket.send_json({"key": KEY})
        news = await socket.receive_json()
        assert news["put"]["state"]["servers"][0]["name"] == "Team"


@pytest.mark.parametrize("screen", ["", ":0"])
async def test_it_opens_where_there_is_a_screen(
    visit: Visit, screen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", screen)
    monkeypatch.setenv("WAYLAND_DISPLAY", "")
    await visit.page.open_in_browser()
    assert opened == ([visit.page.address] if screen else [])


def test_nothing_is_fetched_from_elsewhere() -> None:
    names = {path.name for path in STATIC.iterdir()}
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8")
        wanted = re.findall(r'(?:from|href=|src=) ?"(?:\./)?([^"]+)"', text)
        assert set(wanted) <= names, path.name
        assert "innerHTML" not in text
        addresses = set(re.findall(r"https?://[\w.]+", text))
        assert addresses <= {"http://www.w3.org"}, path.name


async def test_alone_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "localdiscord", "serve", "--server", "One", "--server", "Two", "--token", "secret"),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)} | {"DISPLAY": "", "WAYLAND_DISPLAY": ""},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    told = (await asyncio.wait_for(process.stdout.readuntil(b"ends it."), 300)).decode()
    assert "DISCORD_TOKEN=secret" in told
    address, _, key = told.split()[2].partition("#")
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{address}live") as socket,
    ):
        await socket.send_json({"key": key})
        state = (await socket.receive_json())["put"]["state"]
    assert [server["name"] for server in state["servers"]] == ["One", "Two"]
    assert [person["name"] for person in state["servers"][0]["people"]] == ["ann", "ben", "cat"]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


@pytest.mark.parametrize("option", ["--port", "--page-port"])
async def test_a_port_that_is_taken_is_told(visit: Visit, option: str) -> None:
    told: list[str] = []
    assert await serve([option, str(visit.page.port)], told.append) == 1
    assert "address already in use" in told[0]
