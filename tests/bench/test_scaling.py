"""The simulation of a Saturday: the same each time, and right where it can be worked out."""

from __future__ import annotations

from datetime import date

import pytest

from bench.findings import Part
from bench.results import Group, Results
from bench.rows import Budget, Row, Spread
from bench.scaling.carrying import Waits, carry, waits
from bench.scaling.figures import LIKE, figures_of
from bench.scaling.page import page
from bench.scaling.saturday import Kind
from bench.trouble import Trouble

DAY = date(2026, 6, 6)
IN_DATABASE = "its 10 statements, in the driver and the database"


def row(name: str, detail: str = "", middle: float = 1.0, database: str = "PostgreSQL") -> Row:
    return Row(name, database, Budget(2, "×"), Spread(middle, middle, middle), detail)


def measured(laps_a_second: int = 200, picture_s: float = 0.1) -> Results:
    """What a bench could have measured; each kind takes 10 ms by itself."""
    names = sorted(set(LIKE.values()))
    memory = "memory after 10,000 commands, beyond the bare bot"
    parts = [
        Part("PostgreSQL", "a lap through the service", 8.0),
        Part("PostgreSQL", IN_DATABASE, 3.0),
        Part("PostgreSQL", "COMMIT with its wait for the disk, and the way back", 1.0),
    ]
    groups = {
        "stored": [
            row(f"{name}, 1,000,000 laps of 1,000 teams", "10.0 ms against 9.0 ms")
            for name in names
        ],
        "lap": [row("/lap, 100 in flight", f"{laps_a_second} a second against 2000 a second")],
        "pictures": [row("a heat's picture, warm", middle=picture_s, database="")],
        "memory": [row(memory, "80.0 MiB against 30.0 MiB")],
        "profile": [],
    }
    return Results(
        {},
        {
            key: Group(DAY, rows, parts=parts if key == "profile" else [])
            for key, rows in groups.items()
        },
    )


def test_who_comes_while_another_has_their_turn_waits() -> None:
    served = [(0.0, 2.0), (1.0, 2.0), (1.0, 2.0), (10.0, 2.0)]
    assert waits(served, counted_from=0) == Waits(0.0, 3.0, 3.0)
    assert waits(served, counted_from=5) == Waits(0.0, 0.0, 0.0)


def test_costs_are_those_that_were_measured() -> None:
    figures = figures_of(measured(), "PostgreSQL")
    assert figures.answer_ms[Kind.LAP] == 10
    assert figures.busy_ms[Kind.LAP] == pytest.approx(5)
    assert figures.database_ms[Kind.LAP] == pytest.approx(5)
    assert (figures.picture_s, figures.memory_mib) == (0.1, 80)


def test_what_was_not_measured_is_named() -> None:
    results = measured()
    groups = {key: group for key, group in results.groups.items() if key != "pictures"}
    with pytest.raises(Trouble, match="make bench ONLY=pictures"):
        figures_of(Results({}, groups), "PostgreSQL")


def test_a_saturday_is_the_same_each_time_and_grows_with_its_teams() -> None:
    figures = figures_of(measured(), "PostgreSQL")
    one, few, again = (carry(teams, figures) for teams in (1, 100, 100))
    assert few == again
    assert one.racing == 1
    assert 20 < few.racing < 60
    # Six heats an hour for each that races, whose four racers type once each.
    assert few.counts[Kind.LAP] == pytest.approx(24 * few.racing, rel=0.05)
    assert few.counts[Kind.POST] == pytest.approx(6 * few.racing, rel=0.1)
    assert few.processes == 1
    assert few.post_waits.most_s < 1
    written = page([(figures, one), (figures, few)], "a processor")
    assert written == page([(figures, one), (figures, again)], "a processor")
    assert "100 teams" in written


@pytest.mark.parametrize("slow", [measured(laps_a_second=3), measured(picture_s=10)])
def test_processes_that_are_too_few_keep_people_waiting(slow: Results) -> None:
    figures = figures_of(slow, "PostgreSQL")
    needed, alone = carry(100, figures), carry(100, figures, processes=1)
    assert needed.processes > 1
    assert needed.answer_waits.most_s <= alone.answer_waits.most_s
    assert needed.picture_waits.most_s <= alone.picture_waits.most_s
    assert needed != alone
