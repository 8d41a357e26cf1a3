"""Which addresses may be read: typed ones, odd ones, and those of computers behind a door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.fetching.hosts import Hosts, is_public, parse_hosts, site_of
from core.fetching.refusals import AddressRefused

HOSTS = Hosts()
WITH_EXACT = Hosts(parse_hosts("*.liverc.com,127.0.0.1:8080,[::1]:8081"), parse_hosts("box:8082"))

NO_ADDRESS = "That is no address of a page; copy it out of a browser's address bar."
NO_SCHEME = "Write that address with https:// in front, as browsers show it."
NO_LOGIN = "An address with a user name or a password in it is not read."
NOT_SO = "Write that address with https:// in front and without a port, as browsers show it."
ELSEWHERE = (
    "Only pages of liverc.com, livefpv.com and www.myrcm.ch are read; "
    "give a link from there, or the saved page as a file."
)


@pytest.mark.parametrize(
    ("typed", "text", "source", "host", "site"),
    [
        (
            "https://track.liverc.com/results/?p=view_race_result&id=1",
            "https://track.liverc.com/results/?p=view_race_result&id=1",
            "liverc",
            "track.liverc.com",
            "liverc.com",
        ),
        (
            " <HTTPS://A.B.LiveRC.com:443#laps> ",
            "https://a.b.liverc.com/",
            "liverc",
            "a.b.liverc.com",
            "liverc.com",
        ),
        (
            "https://x.livefpv.com/results?q=Käfer<\"'",
            "https://x.livefpv.com/results?q=K%C3%A4fer%3C%22'",
            "liverc",
            "x.livefpv.com",
            "livefpv.com",
        ),
        (
            "https://www.myrcm.ch/en/report/1/2?reportKey=3",
            "https://www.myrcm.ch/en/report/1/2?reportKey=3",
            "myrcm",
            "www.myrcm.ch",
            "myrcm.ch",
        ),
    ],
)
def test_addresses_of_timing_sites(
    typed: str, text: str, source: str, host: str, site: str
) -> None:
    address = HOSTS.check(typed)
    assert (address.text, address.source) == (text, source)
    assert (address.host, address.site) == (host, site)
    assert HOSTS.check(address.text) == address


@pytest.mark.parametrize(
    ("typed", "source", "host"),
    [
        ("http://127.0.0.1:8080/results/", "liverc", "127.0.0.1:8080"),
        ("https://127.0.0.1:8080/results/", "liverc", "127.0.0.1:8080"),
        ("http://[::1]:8081/", "liverc", "[::1]:8081"),
        ("http://box:8082/", "myrcm", "box:8082"),
    ],
)
def test_an_exact_host_and_port_may_be_private_and_plain(
    typed: str, source: str, host: str
) -> None:
    address = WITH_EXACT.check(typed)
    assert (address.text, address.source) == (typed, source)
    assert address.host == address.site == host


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", NO_SCHEME),
        ("the race", NO_ADDRESS),
        ("track.liverc.com/results/", NO_SCHEME),
        ("//track.liverc.com/results/", NO_SCHEME),
        ("ftp://track.liverc.com/", NO_SCHEME),
        ("file:///etc/passwd", NO_SCHEME),
        ("javascript:alert(1)", NO_SCHEME),
        ("http://track.liverc.com/", NOT_SO),
        ("http://track.liverc.com:443/", NOT_SO),
        ("https://track.liverc.com:8443/", NOT_SO),
        ("https://www.myrcm.ch:80/", NOT_SO),
        ("https://liverc.com/", ELSEWHERE),
        ("https://myrcm.ch/", ELSEWHERE),
        ("https://evilliverc.com/", ELSEWHERE),
        ("https://track.liverc.com.evil.example/", ELSEWHERE),
        ("https://evil.example/track.liverc.com", ELSEWHERE),
        ("https://evil.example?.liverc.com", ELSEWHERE),
        ("https://evil.example#.liverc.com", ELSEWHERE),
        ("https://user@track.liverc.com/", NO_LOGIN),
        ("https://user:word@track.liverc.com/", NO_LOGIN),
        ("https://track.liverc.com@evil.example/", NO_LOGIN),
        ("https://evil.example\\@track.liverc.com/", NO_ADDRESS),
        ("https://evil.example\\.liverc.com/", NO_ADDRESS),
        ("https://track.liverc.com\t/", NO_ADDRESS),
        ("https://track\n.liverc.com/", NO_ADDRESS),
        ("https://track.liverc.com/a b", NO_ADDRESS),
        ("https://track.liverc.com/\u00a0a", NO_ADDRESS),
        ("https://track.liverc.com/\ud800", NO_ADDRESS),
        ("https://track.liverc.com./", NO_ADDRESS),
        ("https://.liverc.com/", NO_ADDRESS),
        ("https://a..liverc.com/", NO_ADDRESS),
        ("https://-a.liverc.com/", NO_ADDRESS),
        ("https://a_b.liverc.com/", NO_ADDRESS),
        ("https://a%2eliverc.com/", NO_ADDRESS),
        ("https://evil.example%00.liverc.com/", NO_ADDRESS),
        # Letters that some turn into others: a full stop, a circled letter.
        ("https://evil\u3002liverc.com/", NO_ADDRESS),
        ("https://track.\u24dbiverc.com/", NO_ADDRESS),
        ("https://track.liverc.com:/", NO_ADDRESS),
        ("https://track.liverc.com:0x1bb/", NO_ADDRESS),
        ("https://track.liverc.com:+443/", NO_ADDRESS),
        ("https://track.liverc.com:443443443/", NO_ADDRESS),
        ("https://track.liverc.com:99999/", NOT_SO),
        (f"https://{'a.' * 130}liverc.com/", NO_ADDRESS),
        (f"https://track.liverc.com/{'a' * 500}", NO_ADDRESS),
        ("https:///results/", NO_ADDRESS),
        ("https://[::1/", NO_ADDRESS),
        ("https://[v1.a]/", NO_ADDRESS),
        ("https://127.0.0.1/", ELSEWHERE),
        ("https://127.1/", ELSEWHERE),
        ("https://2130706433/", ELSEWHERE),
        ("https://0x7f000001/", ELSEWHERE),
        ("https://[::1]/", ELSEWHERE),
        ("https://[::ffff:127.0.0.1]/", ELSEWHERE),
        ("https://localhost/", ELSEWHERE),
        ("http://127.0.0.1:8080/", ELSEWHERE),
    ],
)
def test_what_is_refused_and_with_which_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        HOSTS.check(typed)
    assert caught.value.sentence == sentence


@pytest.mark.parametrize(
    "typed",
    [
        "http://127.0.0.1:8081/",
        "http://127.0.0.1/",
        "http://127.0.0.2:8080/",
        "http://127.1:8080/",
        "http://0127.0.0.1:8080/",
        "http://2130706433:8080/",
        "http://[0:0::1]:8081/",
        "http://box.liverc.com:8082/",
        "http://box/",
    ],
)
def test_an_exact_host_is_no_other_and_its_port_no_other(typed: str) -> None:
    with pytest.raises(AddressRefused):
        WITH_EXACT.check(typed)


def test_only_hosts_with_their_port_may_be_private() -> None:
    assert WITH_EXACT.may_be_private("box", 8082)
    assert not WITH_EXACT.may_be_private("box", 443)
    assert not WITH_EXACT.may_be_private("track.liverc.com", 443)


def test_only_this_machine_has_a_pace_of_its_own() -> None:
    hosts = Hosts(loopback_every_s=2)
    for host in ("127.0.0.1:8080", "127.0.0.9:1", "[::1]:8081"):
        assert hosts.pace_of(host) == timedelta(seconds=2)
        assert HOSTS.pace_of(host) is None
    for host in (
        "track.liverc.com",
        "www.myrcm.ch:8443",
        "localhost:8080",
        "127.0.0.1.example.org:8080",
        "192.168.1.20:8080",
        "[2001:db8::1]:8080",
        "127.0.0.1",
    ):
        assert hosts.pace_of(host) is None, host


def test_a_single_host_is_named_alone() -> None:
    hosts = parse_hosts("*.example.org")
    with pytest.raises(AddressRefused, match=r"^Only pages of example\.org are read; "):
        Hosts(hosts, hosts).check("https://track.liverc.com/")


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("track.liverc.com", "liverc.com"),
        ("a.b.liverc.com", "liverc.com"),
        ("www.myrcm.ch", "myrcm.ch"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[::1]:8080", "[::1]:8080"),
    ],
)
def test_the_site_of_a_host(host: str, site: str) -> None:
    assert site_of(host) == site


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.216.34",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:224.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::8.8.8.8",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "fc00::1",
        "fd00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "track.liverc.com",
        "127.1",
        "",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)
