"""Links that racers paste."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sources.addresses import PageKind, link_on, page_of, read_address
from core.sources.race import Source
from core.sources.refusals import BadLink

LIVERC = "https://track.liverc.com"
MYRCM = "https://www.myrcm.ch"


@pytest.mark.parametrize(
    ("text", "url", "kind", "source_id"),
    [
        (
            "/results/?p=view_race_result&id=63",
            "/results/?p=view_race_result&id=63",
            "result",
            "63",
        ),
        (
            "/results/?id=63&p=view_race_result",
            "/results/?p=view_race_result&id=63",
            "result",
            "63",
        ),
        ("/results?utm=x&id=7&p=view_event#top", "/results/?p=view_event&id=7", "event", "7"),
        ("/results/?p=view_event&amp;id=7", "/results/?p=view_event&id=7", "event", "7"),
        ("/practice/?id=21&p=view_session", "/practice/?p=view_session&id=21", "practice", "21"),
        (
            "/practice/?d=2025-10-25&p=session_list",
            "/practice/?p=session_list&d=2025-10-25",
            "practice day",
            "2025-10-25",
        ),
    ],
)
@pytest.mark.parametrize("host", ["track.liverc.com", "club.livefpv.com"])
@pytest.mark.parametrize("form", ["https://{}", "{}", "<http://{}>", "//{}", "HTTPS://{}"])
def test_liverc_links_have_one_way_to_be_written(
    text: str, url: str, kind: str, source_id: str, host: str, form: str
) -> None:
    address = read_address(form.format(f"{host}{text}"))
    assert (address.url, address.page, address.source_id, address.host) == (
        f"https://{host}{url}",
        kind,
        source_id,
        host,
    )
    assert read_address(address.url) == address


@pytest.mark.parametrize(
    ("text", "url", "kind", "source_id"),
    [
        ("/it/report/90001", "/en/report/90001", PageKind.EVENT, "90001"),
        ("/fr/report/90001/38/", "/en/report/90001/38", PageKind.CLASS, "90001/38"),
        (
            "/de/report/90001/38?reportType=qualy&reportKey=5&x=1",
            "/en/report/90001/38?reportKey=5&reportType=qualy",
            PageKind.RUN,
            "90001/38/5",
        ),
    ],
)
@pytest.mark.parametrize("host", ["www.myrcm.ch", "myrcm.ch", "WWW.MyRCM.ch:443"])
def test_myrcm_links_have_one_way_to_be_written(
    text: str, url: str, kind: PageKind, source_id: str, host: str
) -> None:
    address = read_address(f"https://{host}{text}")
    assert (address.url, address.page, address.source_id) == (f"{MYRCM}{url}", kind, source_id)
    assert address.phase == ("qualy" if kind is PageKind.RUN else None)
    assert read_address(address.url) == address


def test_a_host_of_ones_own_may_be_plain_http() -> None:
    hosts = ("*.liverc.com", "127.0.0.1:8080")
    text = "http://127.0.0.1:8080/results/?p=view_event&id=7"
    assert read_address(text, liverc_hosts=hosts).url == text
    assert read_address(text.replace("http", "https"), liverc_hosts=hosts).url.startswith("https")
    with pytest.raises(BadLink):
        read_address(text)
    with pytest.raises(BadLink):
        read_address(text.replace("8080", "8081"), liverc_hosts=hosts)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no link"),
        ("lap times", "no link"),
        ("ftp://track.liverc.com/results/?p=view_event&id=7", "no link to a web page"),
        ("javascript:alert(1)", "no link to a web page"),
        ("https://ann:secret@track.liverc.com/results/?p=view_event&id=7", "no plain host name"),
        ("https://[::1]/results/?p=view_event&id=7", "no plain host name"),
        ("https://liverc.com/results/?p=view_event&id=7", "LiveRC and MyRCM"),
        ("https://evilliverc.com/results/?p=view_event&id=7", "LiveRC and MyRCM"),
        ("https://track.liverc.com.evil.example/results/?p=view_event&id=7", "LiveRC and MyRCM"),
        ("https://track.liverc.com:8443/results/?p=view_event&id=7", "LiveRC and MyRCM"),
        ("https://example.com/", "LiveRC and MyRCM"),
        (LIVERC, "a page without laps: give the page of one race"),
        (f"{LIVERC}/results/?p=view_entry_list&id=7", "an entry list: give the page of one race"),
        (f"{LIVERC}/results/?p=view_heat_sheet&id=7", "a heat sheet: give the page of one race"),
        (f"{LIVERC}/results/?p=view_points&id=7", "a points table: give the page of one race"),
        (f"{LIVERC}/results/?p=view_race_result", "a page without laps"),
        (f"{LIVERC}/results/?p=view_race_result&id=7x", "a page without laps"),
        (f"{LIVERC}/results/?p=view_race_result&id={'7' * 30}", "a page without laps"),
        (f"{LIVERC}/practice/?p=session_list&d=yesterday", "a page without laps"),
        (f"{MYRCM}/en/report/1/2?reportKey=100&reportType=participants", "a list of participants"),
        (f"{MYRCM}/en/report/1/2?reportKey=100&reportType=timeschedule", "a timetable"),
        (f"{MYRCM}/myrcm/report/en/1/2?reportKey=100", "the old MyRCM"),
        (f"{MYRCM}/en/home", "a page without laps: give the event's page"),
    ],
)
def test_other_links_are_refused_and_name_the_right_page(text: str, sentence: str) -> None:
    with pytest.raises(BadLink, match=sentence):
        read_address(text)


@settings(deadline=None)
@given(text=st.text(max_size=60) | st.text(max_size=30).map(lambda end: f"{LIVERC}/{end}"))
def test_any_text_is_a_link_or_refused(text: str) -> None:
    try:
        address = read_address(text)
    except BadLink:
        return
    assert read_address(address.url) == address


def test_links_on_a_page_stay_on_its_host() -> None:
    page = page_of(f"{LIVERC}/results/?p=view_event&id=7", Source.LIVERC)
    assert page is not None
    found = link_on(page, Source.LIVERC, "/results/?id=8&p=view_race_result")
    assert found is not None
    assert found.url == f"{LIVERC}/results/?p=view_race_result&id=8"
    for href in (
        "https://other.liverc.com/results/?p=view_race_result&id=8",
        "//other.liverc.com/results/?p=view_race_result&id=8",
        "http://[/results/?p=view_race_result&id=8",
        "javascript:void(0)",
        "/results/?p=view_entry_list&id=8",
        "",
    ):
        assert link_on(page, Source.LIVERC, href) is None
