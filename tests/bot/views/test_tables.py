"""Who can be looked at under a table: everybody who is somebody on Discord."""

from __future__ import annotations

from uuid import uuid4

from bot.views.tables import RacerSelect, heat_table
from core.caller import Person
from core.laps import Lap
from core.names import HeatKind
from core.results.heat import HeatTable, RacerRun
from core.results.refs import HeatRef, SessionRef


def offered(*people: Person) -> list[str]:
    laps = (Lap(1, 20_100, True), Lap(2, 20_200, True))
    table = HeatTable(
        heat=HeatRef(uuid4(), "Q1", ""),
        session=SessionRef(uuid4(), "Club Race"),
        kind=HeatKind.QUALIFYING,
        is_open=False,
        length_s=None,
        runs=tuple(RacerRun(person, laps, None, None) for person in people),
    )
    _, view = heat_table(table)
    items = view.children if view is not None else ()
    return [
        option.label
        for select in items
        if isinstance(select, RacerSelect)
        for option in select.item.options
    ]


async def test_a_racer_of_the_earlier_system_has_no_card_to_look_at() -> None:
    assert offered(Person(0, "Ben"), Person(101, "Ann"), Person(0, "Cleo")) == ["Ann"]
    assert offered(Person(0, "Ben")) == []
