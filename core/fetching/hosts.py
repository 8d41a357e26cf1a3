"""Which addresses may be read: those of the timing sites that are set, and nothing behind a door.

An address is taken apart here once, strictly, and put together again: what is fetched is the
checked text, never the one that was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from core.fetching.refusals import AddressRefused
from core.sources.race import Source

LIVERC_HOSTS: Final = "*.liverc.com,*.livefpv.com"
MYRCM_HOSTS: Final = "www.myrcm.ch"

_LONGEST_ADDRESS: Final = 500
_LONGEST_NAME: Final = 253
_HTTPS_PORT: Final = 443
_LAST_PORT: Final = 65535
_PORTS: Final = {"http": 80, "https": _HTTPS_PORT}
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NETLOC: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]{1,5}))?")
# A name that ends so is read as a number by some: 127.1, 0x7f000001.
_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
# Control characters, blanks, halves of letters, and what browsers and libraries read in different
# ways.
_ODD: Final = re.compile(r"[\x00-\x1f\x7f\\\s\ud800-\udfff]")
_NO_ADDRESS: Final = "That is no address of a page; copy it out of a browser's address bar."
# What may stand in a path or a query as it is.
_AS_IT_IS: Final = "%/:@!$&'()*+,;=~?"

# IPv6 addresses that stand for the IPv4 address in their last 32 bits.
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
# Protocol assignments, which older Pythons hold for global, and relays nobody runs any more.
_NO_HOSTS: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """A host of the settings.

    Attributes:
        name: In small letters, a wildcard's without its ``*.``; an IPv6 address in brackets.
        port: Where it is named: then pages may be private and plain http.
        is_wildcard: Whether the hosts below that name are meant, and not the name itself.
    """

    name: str
    port: int | None
    is_wildcard: bool

    def __str__(self) -> str:
        behind = "" if self.port is None else f":{self.port}"
        return f"{'*.' if self.is_wildcard else ''}{self.name}{behind}"

    def includes(self, name: str, port: int) -> bool:
        """Tell whether a host on a port is meant."""
        if self.port is not None:
            return (name, port) == (self.name, self.port)
        if port != _HTTPS_PORT:
            return False
        return name.endswith(f".{self.name}") if self.is_wildcard else name == self.name


def parse_hosts(value: str) -> tuple[AllowedHost, ...]:
    """Return the hosts of a setting: names with commas between, ``*.`` in front, a port behind.

    Raises:
        ValueError: One is no host, or there is none.
    """
    hosts = tuple(_host(part.strip().lower()) for part in value.split(",") if part.strip())
    if not hosts:
        raise ValueError("name a host, like www.example.org or *.example.org")
    return hosts


def _host(text: str) -> AllowedHost:
    name = text.removeprefix("*.")
    is_wildcard = name != text
    found = _NETLOC.fullmatch(name)
    if found is None:
        raise ValueError("write hosts like www.example.org, *.example.org or localhost:8080")
    name, port = found[1], int(found[2]) if found[2] else None
    if is_wildcard and ("." not in name or port is not None):
        raise ValueError("behind *. comes a name of two parts or more, without a port")
    if _NUMBER.fullmatch(name) or name.startswith("["):
        _check_ip_address(name.strip("[]"), port)
    elif not _is_name(name):
        raise ValueError("one of the hosts is no name")
    if port is not None and not 1 <= port <= _LAST_PORT:
        raise ValueError("a port lies between 1 and 65535")
    return AllowedHost(name, port, is_wildcard)


def _check_ip_address(text: str, port: int | None) -> None:
    """Refuse IP addresses that are none, or that lack their port."""
    if port is None:
        raise ValueError("behind an IP address comes its port: 127.0.0.1:8080")
    try:
        is_usual = str(ip_address(text)) == text
    except ValueError:
        is_usual = False
    if not is_usual:
        raise ValueError("write IP addresses in their usual form: 127.0.0.1:8080")


def _is_name(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Address:
    """An address that may be read.

    Attributes:
        text: All of it, without what stands behind ``#``; only ASCII.
        source: Whose hosts it is one of.
        host: Its host, with the port where that is not 443.
        site: What politeness counts together: ``liverc.com`` for all hosts below it.
    """

    text: str
    source: Source
    host: str
    site: str


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts of the settings.

    Attributes:
        liverc: Those with LiveRC's pages.
        myrcm: Those with MyRCM's pages.
        loopback_every_s: After how many seconds an event page of this very machine is looked at
            again; None for as seldom as those of others.
    """

    liverc: tuple[AllowedHost, ...] = parse_hosts(LIVERC_HOSTS)
    myrcm: tuple[AllowedHost, ...] = parse_hosts(MYRCM_HOSTS)
    loopback_every_s: int | None = None

    def check(self, address: str) -> Address:
        """Return an address as it may be read.

        Raises:
            AddressRefused: It may not; the sentence says what can be given.
        """
        scheme, name, port, path, query = _taken_apart(address)
        source = self._source_of(name, port, is_plain=scheme == "http")
        netloc = name if port == _PORTS[scheme] else f"{name}:{port}"
        host = name if port == _HTTPS_PORT else f"{name}:{port}"
        text = urlunsplit((scheme, netloc, _quoted(path) or "/", _quoted(query), ""))
        return Address(text, source, host, site_of(host))

    def may_be_private(self, name: str, port: int) -> bool:
        """Tell whether a host may have an address inside a private network."""
        exact = (host for host in (*self.liverc, *self.myrcm) if host.port is not None)
        return any(host.includes(name, port) for host in exact)

    def pace_of(self, host: str) -> timedelta | None:
        """Return how long after a look a host is looked at again; None for as the sites want it.

        Only an address of this machine has a pace of its own, never a name: whose that is, others
        decide.
        """
        if self.loopback_every_s is None or not _is_loopback(host):
            return None
        return timedelta(seconds=self.loopback_every_s)

    def _source_of(self, name: str, port: int, *, is_plain: bool) -> Source:
        by_source = {Source.LIVERC: self.liverc, Source.MYRCM: self.myrcm}
        if not is_plain or self.may_be_private(name, port):
            for source, hosts in by_source.items():
                if any(host.includes(name, port) for host in hosts):
                    return source
        known = (*self.liverc, *self.myrcm)
        if any(host.includes(name, _HTTPS_PORT) for host in known):
            raise AddressRefused(
                "Write that address with https:// in front and without a port, as browsers show it."
            )
        *others, last = dict.fromkeys(str(host).removeprefix("*.") for host in known)
        names = f"{', '.join(others)} and {last}" if others else last
        raise AddressRefused(
            f"Only pages of {names} are read; give a link from there, or the saved page as a file."
        )


def _is_loopback(host: str) -> bool:
    name, _, port = host.rpartition(":")
    try:
        return bool(port) and ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _taken_apart(address: str) -> tuple[str, str, int, str, str]:
    """Return scheme, host, port, path and query of an address."""
    address = address.strip()
    # What a chat puts around a link to keep it small.
    if address.startswith("<") and address.endswith(">"):
        address = address[1:-1]
    if len(address) > _LONGEST_ADDRESS or _ODD.search(address):
        raise AddressRefused(_NO_ADDRESS)
    try:
        parts = urlsplit(address)
    except ValueError:
        raise AddressRefused(_NO_ADDRESS) from None
    if parts.scheme not in _PORTS:
        raise AddressRefused("Write that address with https:// in front, as browsers show it.")
    if "@" in parts.netloc:
        raise AddressRefused("An address with a user name or a password in it is not read.")
    found = _NETLOC.fullmatch(parts.netloc.lower())
    if found is None or not (found[1].startswith("[") or _is_name(found[1])):
        raise AddressRefused(_NO_ADDRESS)
    port = int(found[2]) if found[2] else _PORTS[parts.scheme]
    return parts.scheme, found[1], port, parts.path, parts.query


def _quoted(text: str) -> str:
    return quote(text, safe=_AS_IT_IS)


def site_of(host: str) -> str:
    """Return what politeness counts together with a host: all below the last two parts of a name.

    A host with a port, which is an exact one of the settings, stands for itself.
    """
    return host if ":" in host else ".".join(host.split(".")[-2:])


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to a computer on the public internet.

    What stands in an IPv6 address for an IPv4 one (mapped, translated, 6to4) is judged too.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        embedded = _embedded_in(found)
        if embedded is None:
            return found in _GLOBAL_UNICAST and found.is_global
        found = embedded
    return (
        found.is_global
        and not found.is_multicast
        and not any(found in network for network in _NO_HOSTS)
    )


def _embedded_in(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour
