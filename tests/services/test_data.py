"""Whose data it is: everything about a racer as files."""

from __future__ import annotations

import csv
import io

from core.bootstrap import Services
from core.commands import LogLaps, ProfileFields
from core.results.data import DataExport
from tests.services.racing import (
    ANN,
    BEN,
    CHANNEL,
    CLEO,
    RIVALS,
    by,
    close_session,
    log,
    set_crew_role,
    start_session,
)


def sheet(export: DataExport, name: str) -> list[dict[str, str]]:
    file = next(file for file in export.files if file.name == name)
    rows = list(csv.DictReader(io.StringIO(file.content, newline="")))
    assert len(rows) == file.rows
    return rows


async def test_nothing_is_held_about_a_stranger(services: Services) -> None:
    await log(services, ANN)
    assert await services.data.export(by(BEN)) == DataExport()


async def test_an_export_tells_everything_about_the_caller_in_this_team(
    services: Services,
) -> None:
    await set_crew_role(services)
    await start_session(services, name="Club Race")
    await services.profile.update(by(ANN), ProfileFields("Pro", "smooth", "Ann Roe"))
    await log(services, ANN, "20.1 20.2", "Q1", "Buggy", confidence=4, note="35wt rear")
    await log(services, by(BEN, crew=True), "20.3", "Q1", "Buggy", racer=ANN)
    await log(services, by(ANN, crew=True), "21.3", "Q1", "Buggy", racer=BEN, note="soft")
    await log(services, by(ANN, team=RIVALS), "30.1", "Secret")
    await services.card.share(by(BEN), 7_001, [ANN.user_id])
    await close_session(services, ANN)

    export = await services.data.export(by(ANN))
    assert [file.name for file in export.files] == [
        "laps.csv",
        "runs.csv",
        "entries.csv",
        "profile.csv",
        "other.csv",
    ]
    laps = sheet(export, "laps.csv")
    assert [(lap["lap_time"], lap["confidence_rating"], lap["racer"]) for lap in laps] == [
        ("20.100", "4", "Ann"),
        ("20.200", "4", "Ann"),
        ("20.300", "", "Ann"),
    ]
    assert export.laps == len(laps)
    (run,) = sheet(export, "runs.csv")
    assert (run["session"], run["class"], run["heat"]) == ("Club Race", "Buggy", "Q1")
    assert (run["laps"], run["best_lap"]) == ("3", "20.100")
    assert (run["confidence_rating"], run["note"]) == ("4", "35wt rear")
    entries = [
        (entry["racer"], entry["typed_by"], entry["note"]) for entry in sheet(export, "entries.csv")
    ]
    assert entries == [("Ann", "Ann", "35wt rear"), ("Ann", "Ben", ""), ("Ben", "Ann", "soft")]
    profile = {row["what"]: row["value"] for row in sheet(export, "profile.csv")}
    assert profile["discord_user_id"] == str(ANN.user_id)
    assert profile["driving_style"] == "smooth"
    assert profile["driver_name"] == "Ann Roe"
    rest = {(row["what"], row["session"], row["detail"]) for row in sheet(export, "other.csv")}
    assert ("closed session", "Club Race", "") in rest
    assert ("card shared", "", f"{CHANNEL}/7001") in rest
    assert ("opened heat", "Club Race", "Buggy Q1") in rest
    assert "Secret" not in str(export)


async def test_what_waits_for_a_tap_is_exported_too(services: Services) -> None:
    await start_session(services, name="One")
    await start_session(services, CLEO, name="Two")
    await services.lap_entry.log(by(BEN), LogLaps("20.456"))
    (waiting,) = sheet(await services.data.export(by(BEN)), "other.csv")
    assert waiting["what"] == "waits: question"
    assert "20.456" in waiting["detail"]
