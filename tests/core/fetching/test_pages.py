"""Reading pages over real sockets: what is taken, and what a site can try."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import tracemalloc
import zlib
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import pytest
from aiohttp import ClientConnectorCertificateError, web
from aiohttp.abc import ResolveResult

from core.about import VERSION
from core.errors import RacerError
from core.fetching.hosts import Hosts
from core.fetching.pages import MOST_BYTES, NotModified, Page, Pages, retry_after_s
from core.fetching.refusals import (
    AddressRefused,
    Busy,
    Forbidden,
    NotAPage,
    NotReachable,
    NotThere,
    TooLarge,
    TooSlow,
)
from tests.core.fetching.sites import Answer, Names, hosts_with, raw_site, site_with

CERTIFICATE: Final = Path("tests/data/certificate_of_its_own.pem")
PUBLIC: Final = "93.184.216.34"
LIVERC: Final = "https://track.liverc.com/results/?p=view_race_result&id=1"

Refused = TypeVar("Refused", bound=RacerError)


def answering(body: bytes = b"<p>laps</p>", *, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.setdefault("Content-Type", "text/html")

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers=named)

    return answer


def moving_to(location: str, status: int = 302) -> Answer:
    return answering(b"", status=status, Location=location)


async def refusal(of: type[Refused], asked: Awaitable[object]) -> Refused:
    """Return what was raised, having looked at its sentence."""
    with pytest.raises(RacerError) as caught:
        await asked
    assert type(caught.value) is of
    sentence = caught.value.sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return caught.value


async def fetched(pages: Pages, address: str) -> Page:
    page = await pages.fetch(address)
    assert isinstance(page, Page)
    return page


def compressed(*, times: int, wbits: int) -> bytes:
    """Return what a million zeros, so many times, compress to."""
    packing = zlib.compressobj(9, zlib.DEFLATED, wbits)
    pieces = [packing.compress(bytes(1_000_000)) for _ in range(times)]
    return b"".join([*pieces, packing.flush()])


GZIP: Final = 16 + zlib.MAX_WBITS
BOMBS: Final = {
    "gzip": compressed(times=200, wbits=GZIP),
    "deflate": compressed(times=200, wbits=zlib.MAX_WBITS),
    # A deflate stream without its header, as some servers send it.
    "deflate, bare": compressed(times=200, wbits=-zlib.MAX_WBITS),
    "gzip, one after the other": compressed(times=1, wbits=GZIP) * 200,
}


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Where this test connects to; nobody answers there."""
    tried: list[object] = []

    async def refuse(_: object, __: object, address: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError("nobody is there")

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", refuse)
    return tried


async def test_a_page_comes_with_what_tells_its_version() -> None:
    since = "Tue, 24 Nov 2026 10:00:00 GMT"
    async with site_with(answering(ETag='"7"', Last_Modified=since)) as site:
        page = await fetched(site.pages, f"{site.base}/results/?id=1#laps")
    assert page == Page(f"{site.base}/results/?id=1", b"<p>laps</p>", '"7"', since)
    (request,) = site.asked
    assert request.headers["User-Agent"] == f"ORP-Bot/{VERSION} (Discord bot of RC racing teams)"
    assert request.raw_path == "/results/?id=1"
    assert not {"If-None-Match", "If-Modified-Since", "Cookie"} & set(request.headers)


async def test_a_page_that_has_not_changed_is_not_read_again() -> None:
    async def answer(request: web.Request) -> web.Response:
        is_known = request.headers.get("If-None-Match") == '"7"'
        is_since = request.headers.get("If-Modified-Since") == "Tue, 24 Nov 2026 10:00:00 GMT"
        return web.Response(status=304 if is_known or is_since else 500)

    async with site_with(answer) as site:
        address = f"{site.base}/"
        unchanged = NotModified(address)
        assert await site.pages.fetch(address, etag='"7"') == unchanged
        since = "Tue, 24 Nov 2026 10:00:00 GMT"
        assert await site.pages.fetch(address, last_modified=since) == unchanged
        await refusal(Busy, site.pages.fetch(address, etag='"8"'))


async def test_not_modified_without_having_asked_is_no_page() -> None:
    async with site_with(answering(b"", status=304)) as site:
        await refusal(NotAPage, site.pages.fetch(site.base))


async def test_a_version_as_long_as_a_page_is_not_kept() -> None:
    async with site_with(answering(ETag="7" * 201, Last_Modified="7" * 201)) as site:
        page = await fetched(site.pages, site.base)
    assert (page.etag, page.last_modified) == (None, None)


async def test_no_cookie_is_kept() -> None:
    async with site_with(answering(Set_Cookie="seen=1; Path=/")) as site:
        await fetched(site.pages, site.base)
        await fetched(site.pages, site.base)
        assert [request.headers.get("Cookie") for request in site.asked] == [None, None]


async def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with site_with(answering(b"from a proxy")) as proxy, site_with(answering()) as site:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.base)
            monkeypatch.setenv(name.upper(), proxy.base)
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("NO_PROXY", "")
        assert (await fetched(site.pages, site.base)).data == b"<p>laps</p>"
        assert not proxy.asked


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_page_may_have_moved_within_its_site(status: int) -> None:
    async def answer(request: web.Request) -> web.Response:
        left = int(request.match_info["path"])
        if left:
            return web.Response(status=status, headers={"Location": f"../{left - 1}?p=1#top"})
        return web.Response(body=b"here", content_type="text/html")

    async with site_with(answer) as site:
        page = await fetched(site.pages, f"{site.base}/3")
        assert (page.address, page.data) == (f"{site.base}/0?p=1", b"here")
        site.asked.clear()
        await refusal(AddressRefused, site.pages.fetch(f"{site.base}/4"))
        assert len(site.asked) == 4


@pytest.mark.parametrize(
    "location",
    [
        # Another site whose pages may be read.
        "https://track.liverc.com/",
        "//www.myrcm.ch/",
        "http://track.liverc.com/",
        "https://evil.example/",
        "http://127.0.0.1/",
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{port}/",
        "http://2130706433:{port}/",
        "http://user:word@{here}/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ftp://{here}/",
        "https://[",
        "http://{here}:1/",
    ],
)
async def test_a_page_that_has_moved_elsewhere_is_refused(location: str) -> None:
    here = ""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location.format(here=here, port=port)})

    async with site_with(answering(b"secret")) as inside, site_with(answer) as site:
        here = site.base.removeprefix("http://")
        port = inside.base.rpartition(":")[2]
        error = await refusal(AddressRefused, site.pages.fetch(f"{site.base}/1"))
        assert error.sentence.startswith(f"That address of {here} leads on to one that is not read")
        assert len(site.asked) == 1
        assert not inside.asked


async def test_a_move_to_nowhere_is_no_page() -> None:
    async with site_with(answering(b"", status=302)) as site:
        await refusal(NotAPage, site.pages.fetch(site.base))


@pytest.mark.parametrize(
    ("status", "of"),
    [
        (404, NotThere),
        (410, NotThere),
        (401, Forbidden),
        (403, Forbidden),
        (429, Busy),
        (500, Busy),
        (503, Busy),
        (599, Busy),
        (201, NotAPage),
        (206, NotAPage),
        (300, NotAPage),
        (400, NotAPage),
        (418, NotAPage),
    ],
)
async def test_what_a_site_says_instead(status: int, of: type[RacerError]) -> None:
    async with site_with(answering(status=status)) as site:
        error = await refusal(of, site.pages.fetch(site.base))
        assert site.base.removeprefix("http://") in error.sentence


async def test_a_busy_site_says_for_how_long() -> None:
    async with site_with(answering(status=429, Retry_After="90")) as site:
        assert (await refusal(Busy, site.pages.fetch(site.base))).retry_after_s == 90
    async with site_with(answering(status=503)) as site:
        assert (await refusal(Busy, site.pages.fetch(site.base))).retry_after_s is None


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        ("9" * 1000, 86_400),
        ("Tue, 24 Nov 2026 10:02:00 GMT", 120),
        ("Tue, 24 Nov 2026 10:02:00 -0000", 120),
        ("Tue, 24 Nov 2026 09:00:00 GMT", 0),
        ("Tue, 24 Nov 2099 09:00:00 GMT", 86_400),
        ("-5", None),
        ("1.5", None),
        ("\u0663", None),
        ("soon", None),
        ("5 Nov 2026 99999999999999999999:0 GMT", None),
        ("", None),
    ],
)
def test_when_a_site_wants_to_be_asked_again(header: str | None, wait_s: int | None) -> None:
    assert retry_after_s(header, datetime(2026, 11, 24, 10, tzinfo=UTC)) == wait_s


@pytest.mark.parametrize(
    "content_type",
    ["text/html; charset=utf-8", "TEXT/HTML", "application/xhtml+xml", "text/plain", "text/csv"],
)
async def test_kinds_of_pages(content_type: str) -> None:
    async with site_with(answering(Content_Type=content_type)) as site:
        assert (await fetched(site.pages, site.base)).data == b"<p>laps</p>"


@pytest.mark.parametrize(
    "content_type",
    ["image/png", "application/json", "application/octet-stream", "text/javascript", "", "html"],
)
async def test_what_is_no_page(content_type: str) -> None:
    async with site_with(answering(Content_Type=content_type)) as site:
        await refusal(NotAPage, site.pages.fetch(site.base))


async def test_what_does_not_say_what_it_is_is_no_page() -> None:
    async with raw_site(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") as site:
        await refusal(NotAPage, site.pages.fetch(site.base))


async def test_five_megabytes_are_read_and_not_one_byte_more() -> None:
    async with site_with(answering(bytes(MOST_BYTES))) as site:
        assert len((await fetched(site.pages, site.base)).data) == MOST_BYTES
    async with site_with(answering(bytes(MOST_BYTES + 1))) as site:
        await refusal(TooLarge, site.pages.fetch(site.base))
    packed = gzip.compress(bytes(MOST_BYTES + 1))
    async with site_with(answering(packed, Content_Encoding="gzip")) as site:
        await refusal(TooLarge, site.pages.fetch(site.base))


async def test_a_page_that_says_it_is_too_large_is_not_begun() -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {MOST_BYTES + 1}"
    async with raw_site(f"{head}\r\n\r\n".encode()) as site:
        await refusal(TooLarge, site.pages.fetch(site.base))


async def test_a_page_without_end_is_left_and_its_connection_closed() -> None:
    has_left = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(100_000))
        finally:
            has_left.set()

    async with site_with(answer) as site:
        await refusal(TooLarge, site.pages.fetch(site.base))
        async with asyncio.timeout(60):
            await has_left.wait()


@pytest.mark.parametrize("kind", BOMBS)
async def test_what_unpacks_to_far_too_much_is_left_after_five_megabytes(kind: str) -> None:
    bomb, encoding = BOMBS[kind], kind.partition(",")[0]
    async with site_with(answering(bomb, Content_Encoding=encoding)) as site:
        tracemalloc.start()
        try:
            await refusal(TooLarge, site.pages.fetch(site.base))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < 5 * MOST_BYTES


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_packed_pages_are_unpacked(encoding: str) -> None:
    body = compressed(times=1, wbits=GZIP if encoding == "gzip" else zlib.MAX_WBITS)
    async with site_with(answering(body, Content_Encoding=encoding)) as site:
        assert (await fetched(site.pages, site.base)).data == bytes(1_000_000)


async def test_a_page_that_drips_is_given_up() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"<")
            await asyncio.sleep(0.02)

    async with site_with(answer, within_s=0.3) as site:
        await refusal(TooSlow, site.pages.fetch(site.base))


async def test_moves_do_not_get_more_time() -> None:
    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(0.2)
        return web.Response(status=302, headers={"Location": "/"})

    async with site_with(answer, within_s=0.3) as site:
        await refusal(TooSlow, site.pages.fetch(site.base))


async def test_a_site_that_does_not_answer_is_given_up() -> None:
    async def answer(_: web.Request) -> web.Response:
        return await asyncio.Future()

    async with site_with(answer, within_s=0.3) as site:
        await refusal(TooSlow, site.pages.fetch(site.base))


async def test_a_name_nobody_knows_in_time_is_given_up() -> None:
    class Silent(Names):
        async def resolve(self, *_: object) -> list[ResolveResult]:
            return await asyncio.Future()

    pages = Pages(Hosts(), resolver=Silent([]), within_s=0.1)
    await refusal(TooSlow, pages.fetch(LIVERC))
    await pages.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\nlaps",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n\r\nlaps",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nz",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 10_000 + b"\r\n",
    ],
)
async def test_an_answer_that_breaks_off_or_is_none(sent: bytes) -> None:
    async with raw_site(sent) as site:
        await refusal(NotReachable, site.pages.fetch(site.base))


async def test_nobody_is_there(connections: list[object]) -> None:
    pages = Pages(hosts_with("127.0.0.1:8080"))
    await refusal(NotReachable, pages.fetch("http://127.0.0.1:8080/"))
    await pages.close()
    assert connections == [("127.0.0.1", 8080)]


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["fe80::1%1"],
        [PUBLIC, "192.168.1.1"],
        ["2606:4700::1111", "::ffff:10.0.0.1"],
    ],
)
async def test_a_name_that_leads_inside_is_refused(
    addresses: list[str], connections: list[object]
) -> None:
    pages = Pages(Hosts(), resolver=Names([addresses]))
    error = await refusal(AddressRefused, pages.fetch(LIVERC))
    await pages.close()
    assert error.sentence == "track.liverc.com is not on the public internet; it is not read."
    assert connections == []


async def test_the_connection_goes_to_the_address_that_was_checked(
    connections: list[object],
) -> None:
    names = Names([[PUBLIC], ["127.0.0.1"]])
    pages = Pages(Hosts(), resolver=names)
    await refusal(NotReachable, pages.fetch(LIVERC))
    assert connections == [(PUBLIC, 443)]
    assert names.asked == ["track.liverc.com"], "looked up once"
    # Each page is looked up and checked again.
    await refusal(AddressRefused, pages.fetch(LIVERC))
    await pages.close()
    assert connections == [(PUBLIC, 443)]


async def test_a_name_without_an_address(connections: list[object]) -> None:
    pages = Pages(Hosts(), resolver=Names([[]]))
    await refusal(NotReachable, pages.fetch(LIVERC))
    await pages.close()
    assert connections == []


async def test_an_exact_name_may_lead_inside() -> None:
    async with site_with(answering()) as site:
        port = site.base.rpartition(":")[2]
        pages = Pages(hosts_with(f"box:{port}"), resolver=Names([["127.0.0.1"]]))
        page = await fetched(pages, f"http://box:{port}/")
        await pages.close()
        assert page.address == f"http://box:{port}/"
        assert site.asked[0].host == f"box:{port}"


async def test_a_certificate_nobody_vouches_for_is_refused() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=context)
    exact = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    pages = Pages(hosts_with(exact))
    error = await refusal(NotReachable, pages.fetch(f"https://{exact}/"))
    assert isinstance(error.__cause__, ClientConnectorCertificateError)
    await pages.close()
    server.close()


async def test_what_may_not_be_read_is_not_even_looked_up() -> None:
    names = Names([])
    pages = Pages(Hosts(), resolver=names)
    await refusal(AddressRefused, pages.fetch("https://evil.example/"))
    await pages.close()
    assert names.asked == []
