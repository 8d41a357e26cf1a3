"""What the bench makes of its measurements; measuring is no part of the tests."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from bench.__main__ import FOLDER, PAGE, PICTURE, WHOLE_FILE, write_down
from bench.findings import Curve
from bench.growth import draw_growth
from bench.history import LAPS_A_RUN, OPEN_HEAT, RACER_NAMES, Batch, Shape, Writer, history, present
from bench.plan import PLAN
from bench.project import TABLES
from bench.report import document
from bench.results import Group, Results
from bench.rows import Budget, Row, Spread, Verdict, differences, figure_text, ratios

FOUR_TIMES = Budget(4, "×")
A_FIFTH = Budget(0.2, "×", is_least=True)


def row(figure: float, budget: Budget = FOUR_TIMES, name: str = "/lap") -> Row:
    return Row(name, "SQLite", budget, Spread(figure, 2.0, 9.0), "9 ms against 3 ms")


def words(printed: Row) -> str:
    """The line with single blanks."""
    return " ".join(printed.line().split())


@pytest.mark.parametrize(
    ("figure", "budget", "verdict"),
    [
        (4.0, FOUR_TIMES, Verdict.PASSED),
        (4.01, FOUR_TIMES, Verdict.FAILED),
        (0.2, A_FIFTH, Verdict.PASSED),
        (0.19, A_FIFTH, Verdict.FAILED),
        (float("nan"), FOUR_TIMES, Verdict.FAILED),
        (float("nan"), A_FIFTH, Verdict.FAILED),
    ],
)
def test_a_figure_is_within_its_budget_or_not(
    figure: float, budget: Budget, verdict: Verdict
) -> None:
    assert row(figure, budget).verdict is verdict


def test_what_was_left_out_has_no_verdict_and_says_why() -> None:
    left_out = Row("/orp", "SQLite", FOUR_TIMES, None, left_out="too large")
    assert left_out.verdict is Verdict.LEFT_OUT
    assert words(left_out) == "left out /orp SQLite – ≤ 4 × too large"


def test_a_row_is_one_line() -> None:
    line = "fail /lap SQLite 17.2 × ≤ 4 × 2.00 to 9.00; 9 ms against 3 ms"
    assert words(row(17.234)) == line
    assert row(0.25, A_FIFTH).line().startswith("pass")
    assert "≥ 0.2 ×" in row(0.25, A_FIFTH).line()


def test_ratios_and_differences_are_taken_pair_by_pair() -> None:
    """Each pair slows down together, so what slows the machine down moves no ratio."""
    pairs = [(10.0, 5.0), (100.0, 50.0), (12.0, 4.0)]
    assert ratios(pairs) == Spread(middle=2.0, low=2.0, high=3.0)
    assert differences(pairs) == Spread(middle=8.0, low=5.0, high=50.0)


def test_figures_have_the_digits_that_matter() -> None:
    figures = (0.0421, 0.204, 1.314, 17.23, 340.4, 0.0, -0.42)
    assert [figure_text(figure) for figure in figures] == (
        ["0.042", "0.20", "1.31", "17.2", "340", "0", "-0.42"]
    )


def results(*rows: Row, trouble: str = "") -> Results:
    laps = (1_000, 10_000)
    commands = ("/lap", "/heat show", "/session show", "/session list")
    curves = [
        Curve(database, Shape.ONE_TEAM.whose, command, laps, (1.0, 1.5))
        for database in ("SQLite", "PostgreSQL")
        for command in commands
    ]
    groups = {
        "lap": Group(date(2026, 6, 6), list(rows), trouble=trouble),
        "stored": Group(date(2026, 6, 7), [row(1.0, name="/orp")], curves),
    }
    return Results({"processor": "Z80, 1 core"}, groups)


def test_the_page_has_every_row_the_machine_and_what_is_over_budget() -> None:
    page = document(results(row(17.234), row(3.5, name="/heat show")), "pictures/growth.png")
    assert "| processor | Z80, 1 core |" in page
    assert "1 of 3 rows:\n\n- /lap, SQLite: 17.2 ×, budget ≤ 4 ×" in page
    assert (
        "| /lap | SQLite | 17.2 × | ≤ 4 × | fail | 2.00 to 9.00 | 9 ms against 3 ms |\n"
        "| /heat show | SQLite | 3.50 × | ≤ 4 × | pass |"
    ) in page
    assert "![How much more a command costs the more laps are stored](pictures/growth.png)" in page
    assert "| /lap | one team | SQLite | 1.00 | 1.50 |" in page
    days = {"lap": "Measured on 2026-06-06.", "stored": "Measured on 2026-06-07."}
    for measurement in PLAN:
        day = days.get(measurement.key, "Not measured yet.")
        assert f"### {measurement.title}\n\n{measurement.meaning}\n\n{day}" in page


def test_the_page_says_when_nothing_is_over_budget_and_what_went_wrong() -> None:
    page = document(results(row(3.0), trouble="no answer"), "growth.png")
    assert "Nothing: all 2 rows are within their budgets." in page
    assert "Not measured to its end: no answer" in page


def test_results_come_back_from_their_file(tmp_path: Path) -> None:
    left_out = Row("/orp", "SQLite", A_FIFTH, None, left_out="too large")
    written = results(row(17.234), left_out, trouble="no answer")
    written.save(tmp_path / "results.json")
    assert Results.load(tmp_path / "results.json") == written
    stored = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert stored["groups"]["lap"]["rows"][0]["verdict"] == "fail"


def test_the_page_is_written_once_all_groups_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (FOLDER, PAGE.parent / PICTURE.parent):
        folder.mkdir(parents=True)
    PAGE.write_text("as it was", encoding="utf-8")
    some = results(row(17.234))
    write_down(some)
    assert PAGE.read_text(encoding="utf-8") == "as it was"
    missing = [item.key for item in PLAN if item.key not in some.groups]
    assert f"not measured on this machine yet: {', '.join(missing)}." in capsys.readouterr().out
    assert Results.load(WHOLE_FILE) == some
    others = {key: Group(date(2026, 6, 8), [row(1.0, name=key)]) for key in missing}
    write_down(Results(some.machine, {**some.groups, **others}))
    assert "Not measured yet" not in PAGE.read_text(encoding="utf-8")
    assert (PAGE.parent / PICTURE).is_file()


def test_growth_is_drawn() -> None:
    assert draw_growth(results().groups["stored"].curves).startswith(b"\x89PNG")


def together(batches: list[Batch]) -> Batch:
    rows: Batch = {}
    for batch in batches:
        for table, more in batch.items():
            rows.setdefault(table, []).extend(more)
    return rows


@pytest.mark.parametrize("shape", Shape)
def test_a_history_has_the_laps_that_were_asked_for_and_the_rows_that_go_with_them(
    shape: Shape,
) -> None:
    past = together(list(history(shape, 2_000)))
    assert len(past["run_logs"]) == 2_000
    assert len(past["heat_racers"]) == 2_000 // LAPS_A_RUN
    assert len(past["summary_posts"]) == len(past["heats"]) + len(past["sessions"])
    today = present(Writer("present", 2_001, 401), 2_000)
    assert [heat["name"] for heat in today["heats"] if heat["status"] == "open"] == [OPEN_HEAT]
    assert {lap["racer_id"] for lap in today["run_logs"]} == {
        profile["id"] for profile in past["racer_profiles"] if profile["name"] in RACER_NAMES
    } & {profile["id"] for profile in past["racer_profiles"][: len(RACER_NAMES)]}
    everything = together([past, today])
    for table in TABLES:
        for given in everything.get(table.name, ()):
            assert given.keys() == {column.name for column in table.columns}


def test_today_is_the_same_whatever_lies_behind_it() -> None:
    alone, behind_much = (
        present(Writer("present", first, first), laps) for first, laps in ((1, 0), (900, 10_000))
    )
    assert [lap["lap_time_ms"] for lap in alone["run_logs"]] == (
        [lap["lap_time_ms"] for lap in behind_much["run_logs"]]
    )
