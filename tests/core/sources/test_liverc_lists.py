"""LiveRC's event and practice pages."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest

from core.laps import Lap
from core.names import HeatKind
from core.sources.race import ListedPage, Race, RaceLink, RaceList, Source, named_by
from core.sources.recognise import parse
from core.sources.refusals import NoLaps
from tests.core.sources.pages import DAY, EVENT, PRACTICE, RESULT, changed, page, practice_page

ADDRESS = "https://track.liverc.com/results/?p=view_event&id=8000001"


def listed(data: bytes, address: str | None = None) -> RaceList:
    parsed = parse(data, address=address)
    assert isinstance(parsed, RaceList)
    return parsed


def race_of(data: bytes) -> Race:
    parsed = parse(data)
    assert isinstance(parsed, Race)
    return parsed


def test_the_real_event_is_read_whole() -> None:
    event = listed(page(EVENT), ADDRESS)
    assert (event.source, event.page) == (Source.LIVERC, ListedPage.EVENT)
    assert (event.track, event.event) == ("Sample RC Raceway", "Sample Club Cup")
    assert (event.first_day, event.last_day) == (date(2025, 11, 16), date(2025, 11, 16))
    assert (event.address, event.source_id) == (ADDRESS, "8000001")
    assert [race.source_id for race in event.races] == [str(7000000 + at) for at in range(1, 33)]
    assert event.races[0] == RaceLink(
        "7000001",
        "https://track.liverc.com/results/?p=view_race_result&id=7000001",
        "Race 14: 1/8 Nitro Buggy (1/8 Nitro Buggy A-Main)",
        "A-Main",
        HeatKind.MAIN,
        "1/8 Nitro Buggy",
        at=datetime.fromisoformat("2025-11-16T17:30:00"),
    )
    assert (event.races[31].heat_name, event.races[31].at) == (
        "Q1 Heat 1",
        datetime.fromisoformat("2025-11-16T08:22:00"),
    )
    assert Counter(race.kind for race in event.races) == {
        HeatKind.MAIN: 14,
        HeatKind.QUALIFYING: 18,
    }
    assert {race.class_name for race in event.races} == {
        "1/8 Nitro Buggy",
        "1/8 Electric Buggy",
        "Junior",
    }
    # Within a class no two have one name.
    assert len({(race.class_name, race.heat_name) for race in event.races}) == 32


def test_the_event_names_the_race_that_has_both_in_one_string() -> None:
    race = race_of(page(RESULT))
    named = named_by(race, listed(page(EVENT)).races[1])
    assert (named.class_name, named.heat_name) == (race.class_name, race.heat_name)
    assert named.completed_at == datetime.fromisoformat("2025-11-16T16:47:00")


def test_a_saved_event_offers_no_addresses() -> None:
    assert {race.address for race in listed(page(EVENT)).races} == {None}


def test_links_to_other_hosts_do_not_count() -> None:
    href = 'href="/results/?p=view_race_result&id=7000001"'
    for other in ("https://evil.liverc.com", "//evil.example", "http://track.liverc.com:81"):
        data = changed(EVENT, href, href.replace("/results", f"{other}/results"))
        assert next(race.source_id for race in listed(data, ADDRESS).races) == "7000002"
    data = changed(
        EVENT, href, 'href="https://track.liverc.com/results/?id=7000001&p=view_race_result"'
    )
    assert listed(data, ADDRESS).races[0].source_id == "7000001"


def test_an_event_before_its_first_race_has_none() -> None:
    text = page(EVENT).decode().replace("view_race_result", "view_nothing")
    event = listed(text.encode(), ADDRESS)
    assert (event.event, event.races, event.last_day) == (
        "Sample Club Cup",
        (),
        date(2025, 11, 16),
    )


@pytest.mark.parametrize(
    ("link", "class_name", "heat_name"),
    [
        ("Race 3: Buggy (Open) (Buggy (Open) (Heat 1/2))", "Buggy (Open)", "Q3 Heat 1"),
        ("Race 3: Buggy (Open) (Buggy (Open) A-Main)", "Buggy (Open)", "A-Main"),
        ("Race 3: Buggy (Mixed B2-Main)", "Buggy", "Mixed B2-Main"),
        ("Race 3: Buggy", "Buggy", "Q3"),
    ],
)
def test_class_and_heat_of_a_link(link: str, class_name: str, heat_name: str) -> None:
    href = 'href="/results/?p=view_race_result&id=7000015"'
    before, after = page(EVENT).decode().split(href)
    end = after.index("</a")
    data = f'{before}{href} class="block">{link}{after[end:]}'.encode()
    race = next(race for race in listed(data).races if race.source_id == "7000015")
    assert (race.class_name, race.heat_name, race.title) == (class_name, heat_name, link)


def test_the_real_practice_session_is_read_whole() -> None:
    race = race_of(page(PRACTICE))
    (driver,) = race.drivers
    assert [lap.time_ms for lap in driver.laps] == [42996, 47016, 43258, 49466, 46339]
    assert all(lap.counts for lap in driver.laps)
    assert (driver.name, driver.transponder, driver.result) == (
        "Racer P01",
        "9000001",
        "5/3:49.075",
    )
    assert (race.track, race.class_name, race.kind) == (
        "Sample RC Raceway",
        "1/8 Nitro Buggy",
        HeatKind.PRACTICE,
    )
    assert (race.heat_name, race.day) == ("Practice 14:43", date(2025, 10, 25))
    assert race.completed_at == datetime.fromisoformat("2025-10-25T14:50:17")
    assert race.differences == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Avg: 45.815", "Avg: 45.915", "average 45.915 on the page, 45.815 from the laps"),
        ("<td>42.996</td>", "<td>42.999</td>", "fastest lap 42.999 on the page, 42.996"),
        ("Lap 2: 47.016", "Lap 2: 47.116", "laps 5 laps listed on the page"),
    ],
)
def test_what_a_practice_page_contradicts_is_named(old: str, new: str, said: str) -> None:
    (difference,) = race_of(changed(PRACTICE, old, new)).differences
    assert said in difference.text()


def lap(number: int, time: str, valid: str = "1") -> dict[str, str]:
    return {"x": str(number), "lap_time": time, "date": "", "is_valid": valid}


@pytest.mark.parametrize("star", ["*", " *", "</span>*<span>"])
def test_an_invalid_lap_is_kept_and_does_not_count(star: str) -> None:
    laps = [lap(1, "43.1"), lap(2, "7.25", "0"), lap(3, "44.5")]
    listed_laps = ["Lap 1: 43.100", f"Lap 2: 7.250{star}", "Lap 3: 44.500"]
    expected = (Lap(1, 43100), Lap(2, 7250, counts=False), Lap(3, 44500))
    race = race_of(practice_page(laps, listed_laps))
    assert race.drivers[0].laps == expected
    assert race.differences == ()
    # A page saved without its scripts has them too.
    text = practice_page(laps, listed_laps).decode().replace("lapsObj", "other")
    assert race_of(text.encode()).drivers[0].laps == expected


def test_a_session_over_midnight_ends_on_the_next_day() -> None:
    race = race_of(practice_page([lap(1, "43.1")], ["Lap 1: 43.100"]))
    assert race.completed_at == datetime.fromisoformat("2025-10-26T00:03:17")
    assert race.day == date(2025, 10, 25)


def test_a_session_without_laps_is_refused() -> None:
    with pytest.raises(NoLaps, match="has no laps"):
        parse(practice_page([], []))


def test_the_real_practice_day_is_read_whole() -> None:
    day = listed(page(DAY), "https://track.liverc.com/practice/?d=2025-10-25&p=session_list")
    assert (day.page, day.source_id, day.first_day) == (
        ListedPage.PRACTICE_DAY,
        "2025-10-25",
        date(2025, 10, 25),
    )
    assert len(day.races) == 12
    assert day.races[0] == RaceLink(
        "21000001",
        "https://track.liverc.com/practice/?p=view_session&id=21000001",
        "Racer P01",
        "Practice 16:36",
        HeatKind.PRACTICE,
        "1/10 Open",
        at=datetime.fromisoformat("2025-10-25T16:36:38"),
        drivers=("Racer P01",),
        transponder="9000001",
        laps=9,
        best_ms=34746,
    )
    assert Counter(race.drivers for race in day.races) == {
        ("Racer P01",): 4,
        ("Racer P02",): 3,
        ("Racer P03",): 2,
        ("Racer P04",): 3,
    }
    assert [race.laps for race in day.races] == [9, 5, 7, 20, 1, 3, 2, 11, 9, 8, 31, 3]
    assert all(race.at and race.best_ms and race.class_name for race in day.races)


@pytest.mark.parametrize(
    ("title", "what"),
    [
        ("Track :: Cup :: Entry List :: LiveRC", "an entry list"),
        ("Track :: Cup :: Qualifier Round 1 Rankings :: LiveRC", "a ranking"),
        ("Track :: Cup :: Qual Points (best 1 of 2) :: LiveRC", "a points table"),
        ("Track :: Cup :: Heat Sheet :: LiveRC", "a heat sheet"),
        ("Track :: Broadcast and Results :: LiveRC", "a track's own page"),
        ("Track :: Something :: LiveFPV", "a page without laps"),
    ],
)
def test_pages_without_laps_name_the_right_one(title: str, what: str) -> None:
    data = f"<html><title>{title}</title><body><table><tr><td>1</table></body></html>".encode()
    with pytest.raises(NoLaps, match=f"{what}: give the page of one race, of the event"):
        parse(data)


def test_rounds_in_tables_of_their_own_are_told_apart() -> None:
    def table(name: str, race: int) -> str:
        link = f'<a href="/results/?p=view_race_result&id={race}">Race 1: Buggy (Heat 1/1)</a>'
        return (
            f"<table><thead><tr><th>{name}</th></tr></thead><tbody><tr><td>{link}</td>"
            "<td>Nov 16, 2025 at 5:30pm</td></tr></tbody></table>"
        )

    heading = "<table><tr><th>Race Results</th></tr></table>"
    tables = table("Qualifier Round 2", 2) + table("Qualifier Round 1", 1) + heading
    event = listed(f"<html><body>{tables}</body></html>".encode())
    assert [race.heat_name for race in event.races] == ["Q2 Heat 1", "Q1 Heat 1"]
