"""Links that racers paste, read into what they lead to and the one way to write it.

Nothing here fetches: whether a host may be asked at all is checked again where it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from core.sources.race import Source
from core.sources.refusals import BadLink

LIVERC_HOSTS: Final = ("*.liverc.com", "*.livefpv.com")
MYRCM_HOSTS: Final = ("www.myrcm.ch",)
RUN_TYPES: Final = ("controlledPractice", "timedPractice", "qualy", "final")

_LONGEST: Final = 2000
_ID: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?", re.ASCII)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_MYRCM_PATH: Final = re.compile(
    r"/(?P<language>[a-z]{2}(?:-[a-z]{2})?)/report/(?P<event>[0-9]{1,18})"
    r"(?:/(?P<class>[0-9]{1,18}))?/?",
    re.ASCII | re.IGNORECASE,
)
_LIVERC_RIGHT: Final = (
    "give the page of one race (LiveRC's “View Results”), of the event, "
    "or of a practice session or day"
)
_MYRCM_RIGHT: Final = "give the event's page on www.myrcm.ch, or the page of one of its run reports"
_NO_LAPS: Final = {
    "view_entry_list": "an entry list",
    "view_heat_sheet": "a heat sheet",
    "view_points": "a points table",
    "view_round_ranking": "a ranking",
    "event_overall_ranking": "a ranking",
    "view_multi_main_result": "the sum of several mains",
    "participants": "a list of participants",
    "manufacturer": "a list of cars",
    "timeschedule": "a timetable",
}


class PageKind(StrEnum):
    """What a link leads to."""

    RESULT = "result"
    EVENT = "event"
    PRACTICE = "practice"
    PRACTICE_DAY = "practice day"
    CLASS = "class"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Address:
    """A link that leads to laps.

    Attributes:
        url: The one way to write it, with MyRCM's pages in English.
        host: In small letters, with its port where that is not the usual one.
        source_id: The id of what it leads to: a race's, an event's, a practice session's; the day
            of a practice day; ``EVENT``, ``EVENT/CLASS`` or ``EVENT/CLASS/KEY`` on MyRCM.
        phase: MyRCM's ``reportType`` of a run, else None.
    """

    source: Source
    page: PageKind
    url: str
    host: str
    source_id: str
    phase: str | None = None


def read_address(
    text: str,
    *,
    liverc_hosts: Sequence[str] = LIVERC_HOSTS,
    myrcm_hosts: Sequence[str] = MYRCM_HOSTS,
) -> Address:
    """Read a link as it was pasted: any order of parameters, any language, with or without https.

    Args:
        text: The link, perhaps in ``<…>``.
        liverc_hosts: Hosts of LiveRC: ``*.liverc.com`` is every name before the dot, an exact
            ``host:port`` may be plain http.
        myrcm_hosts: Hosts of MyRCM, likewise.

    Raises:
        BadLink: It is no link, of another site, or leads to a page without laps.
    """
    parts = _split(text.strip().strip("<>").strip())
    host = _host(parts)
    for source, hosts in ((Source.LIVERC, liverc_hosts), (Source.MYRCM, myrcm_hosts)):
        if found := next((name for name in (host, f"www.{host}") if _is_one_of(name, hosts)), None):
            scheme = "http" if parts.scheme == "http" and ":" in found else "https"
            return _READERS[source](f"{scheme}://{found}", found, parts)
    raise BadLink(
        "I read LiveRC and MyRCM: give the link of a race, an event or a practice day there, "
        "or the saved page as a file."
    )


def page_of(address: str, source: Source) -> Address | None:
    """What an address leads to on a source, whatever its host; None for none of its pages."""
    try:
        parts = _split(address)
        host = _host(parts)
        return _READERS[source](f"{parts.scheme}://{host}", host, parts)
    except BadLink:
        return None


def link_on(page: Address | None, source: Source, href: str) -> Address | None:
    """Read a link found on a page.

    Args:
        page: The page's own address; None for a saved one.
        source: Whose page it is.
        href: The link as it stands there.

    Returns:
        None for a link that leads to no laps, or away from the page's own host.
    """
    base = page.url if page else _NOWHERE
    try:
        whole = urljoin(base, href.strip())
    except ValueError:
        return None
    found = page_of(whole, source)
    return None if found is None or (page and found.host != page.host) else found


# Saved pages do not say whose they are.
_NOWHERE: Final = "https://page.invalid/"


def known_url(page: Address | None, link: Address) -> str | None:
    """A link's address, where the page it stands on has one: else it is not told whose it is."""
    return link.url if page else None


def _split(text: str) -> SplitResult:
    if not text or len(text) > _LONGEST or any(letter.isspace() for letter in text):
        raise BadLink(f"That is no link: {_LIVERC_RIGHT}.")
    if text.startswith("//"):
        text = f"https:{text}"
    elif not _SCHEME.match(text) or re.match(r"[a-z0-9.-]+:[0-9]", text, re.IGNORECASE):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"}:
        raise BadLink(f"That is no link to a web page: {_LIVERC_RIGHT}.")
    return parts


def _host(parts: SplitResult) -> str:
    host = parts.netloc.lower()
    for usual in (":443", ":80"):
        host = host.removesuffix(usual)
    if not _HOST.fullmatch(host):
        raise BadLink(f"That link has no plain host name: {_LIVERC_RIGHT}.")
    return host


def _is_one_of(host: str, patterns: Sequence[str]) -> bool:
    for pattern in (pattern.strip().lower() for pattern in patterns):
        if pattern.startswith("*."):
            if host.endswith(pattern[1:]) and len(host) > len(pattern) - 1:
                return True
        elif host == pattern:
            return True
    return False


def _liverc(site: str, host: str, parts: SplitResult) -> Address:
    given = _parameters(parts)
    page, number = given.get("p", ""), given.get("id", "")
    folder = parts.path.strip("/").lower()
    kinds = {
        ("results", "view_race_result"): PageKind.RESULT,
        ("results", "view_event"): PageKind.EVENT,
        ("practice", "view_session"): PageKind.PRACTICE,
    }
    kind = kinds.get((folder, page))
    if kind is not None and _ID.fullmatch(number):
        url = f"{site}/{folder}/?p={page}&id={number}"
        return Address(Source.LIVERC, kind, url, host, number)
    if (folder, page) == ("practice", "session_list") and _DAY.fullmatch(given.get("d", "")):
        url = f"{site}/practice/?p=session_list&d={given['d']}"
        return Address(Source.LIVERC, PageKind.PRACTICE_DAY, url, host, given["d"])
    what = _NO_LAPS.get(page, "a page without laps")
    raise BadLink(f"That link leads to {what}: {_LIVERC_RIGHT}.")


def _myrcm(site: str, host: str, parts: SplitResult) -> Address:
    path = _MYRCM_PATH.fullmatch(parts.path)
    if path is None:
        if parts.path.lower().startswith("/myrcm/"):
            raise BadLink(f"That is a link of the old MyRCM: {_MYRCM_RIGHT}.")
        raise BadLink(f"That link leads to a page without laps: {_MYRCM_RIGHT}.")
    event, of_class = path["event"], path["class"]
    if of_class is None:
        return Address(Source.MYRCM, PageKind.EVENT, f"{site}/en/report/{event}", host, event)
    url, source_id = f"{site}/en/report/{event}/{of_class}", f"{event}/{of_class}"
    given = _parameters(parts)
    key, phase = given.get("reportKey", ""), given.get("reportType", "")
    if not key and not phase:
        return Address(Source.MYRCM, PageKind.CLASS, url, host, source_id)
    if phase in RUN_TYPES and _ID.fullmatch(key):
        url = f"{url}?reportKey={key}&reportType={phase}"
        return Address(Source.MYRCM, PageKind.RUN, url, host, f"{source_id}/{key}", phase)
    what = _NO_LAPS.get(phase, "a page without laps")
    raise BadLink(f"That link leads to {what}: {_MYRCM_RIGHT}.")


def _parameters(parts: SplitResult) -> dict[str, str]:
    try:
        given = parse_qsl(parts.query.replace("&amp;", "&"), max_num_fields=50)
    except ValueError:
        return {}
    return {name: value.strip() for name, value in reversed(given)}


_READERS: Final = {Source.LIVERC: _liverc, Source.MYRCM: _myrcm}
