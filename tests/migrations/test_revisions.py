"""Every revision up and down, with rows in the tables, on both databases."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy.engine import URL

from core.database import create_engine
from migrations import revisions
from migrations.environment import alembic_config
from migrations.errors import MigrationError
from migrations.runner import current, downgrade, upgrade, upgrade_sql
from tests.migrations.helpers import (
    Column,
    columns,
    connected,
    contents,
    count_rows,
    execute,
    fetch,
    fill,
    make_earlier_tables,
    make_first_rows,
    schema,
)

ADOPTED = ("racer_profiles", "sessions")
ORP_FIELDS = {
    "racer_profiles.experience_level",
    "racer_profiles.driving_style",
    "sessions.practice_rounds",
    "sessions.qualifying_rounds",
}


async def test_each_revision_goes_up_and_down_with_rows(database_url: URL) -> None:
    await upgrade(database_url, revision="0001")
    await make_first_rows(database_url)
    for below, revision in zip(revisions.known(), revisions.known()[1:], strict=False):
        schema_below, rows_below = await schema(database_url), await count_rows(database_url)
        await upgrade(database_url, revision=revision)
        schema_above, rows_above = await schema(database_url), await count_rows(database_url)
        assert rows_below.items() <= rows_above.items()
        await downgrade(database_url, below)
        assert await schema(database_url) == schema_below
        assert await count_rows(database_url) == rows_below
        await upgrade(database_url, revision=revision)
        assert await schema(database_url) == schema_above
        assert await count_rows(database_url) == rows_above


async def test_racers_and_sessions_outlive_what_hangs_off_them(database_url: URL) -> None:
    await upgrade(database_url, revision="0001")
    await make_first_rows(database_url)
    await upgrade(database_url)
    await fill(database_url)
    filled = await count_rows(database_url)
    assert min(filled.values()) >= 1
    assert filled["run_logs"] == 3
    await downgrade(database_url, "0001")
    assert await count_rows(database_url) == {"racer_profiles": 1, "sessions": 1}
    await upgrade(database_url)
    again = await count_rows(database_url)
    assert {table for table, count in again.items() if count} == set(ADOPTED)


async def test_base_leaves_nothing_behind(database_url: URL) -> None:
    await upgrade(database_url)
    await downgrade(database_url, "base")
    assert await schema(database_url) == {}
    assert await current(database_url) is None


async def test_runs_are_told_their_track_and_class(database_url: URL) -> None:
    await upgrade(database_url, revision="0001")
    await make_first_rows(database_url)
    await upgrade(database_url)
    await fill(database_url)
    await execute(
        database_url,
        "UPDATE sessions SET track_key = 'arena'",
        "UPDATE heats SET class_key = 'buggy'",
    )
    await downgrade(database_url, "0003")
    await upgrade(database_url)
    assert await fetch(
        database_url,
        "SELECT r.track_key, r.class_key, r.opened_at = h.opened_at FROM heat_racers r"
        " JOIN heats h ON h.id = r.heat_id",
    ) == [("arena", "buggy", True)]


# Heats of one class that were opened one after another: which of them agree now, and how they are
# found.
NAMES_BEFORE = [("A-Main", "a-main"), ("Amain", "amain"), ("A  main", "a main"), ("Q.1", "q.1")]
KEYS_AFTER = [("A  main", "a main"), ("A-Main", "a-main"), ("Amain", "amain"), ("Q.1", "q1")]


async def make_heats_before_names_agreed(url: URL) -> None:
    await upgrade(url, revision="0001")
    await make_first_rows(url)
    await upgrade(url)
    await fill(url)
    await downgrade(url, "0005")
    await execute(
        url,
        "UPDATE heats SET name = '13.5 T.', name_key = '13.5 t.', class_name = '2WD Mod',"
        " class_key = '2wd mod'",
        "UPDATE sessions SET track_name = 'Arena-Süd', track_key = 'arena-süd'",
        "UPDATE heat_racers SET class_key = '2wd mod', track_key = 'arena-süd'",
        *(
            "INSERT INTO heats (id, session_id, name, name_key, kind, opened_at, last_activity_at)"
            f" SELECT '{number:032x}', session_id, '{name}', '{key}', kind,"
            f" '2026-06-06 1{number}:00:00.000000', last_activity_at FROM heats"
            " WHERE name = '13.5 T.'"
            for number, (name, key) in enumerate(NAMES_BEFORE, start=1)
        ),
    )


async def heats_in(url: URL) -> list[tuple[str, ...]]:
    return sorted(await fetch(url, "SELECT name, name_key, class_key FROM heats"))


async def keys_in(url: URL) -> list[tuple[str, ...]]:
    return sorted(await fetch(url, "SELECT name, name_key FROM heats WHERE name <> '13.5 T.'"))


async def test_names_agree_without_hyphens_blanks_and_idle_dots(database_url: URL) -> None:
    await make_heats_before_names_agreed(database_url)
    before = await heats_in(database_url)
    await upgrade(database_url)
    assert await fetch(
        database_url,
        "SELECT h.class_key, h.name_key, r.class_key, r.track_key, s.track_key FROM heats h"
        " JOIN heat_racers r ON h.id = r.heat_id JOIN sessions s ON s.id = h.session_id",
    ) == [("2wdmod", "13.5t", "2wdmod", "arenasüd", "arenasüd")]
    # The one that was called so stays it; the others keep their old keys.
    assert await keys_in(database_url) == KEYS_AFTER
    await downgrade(database_url, "0005")
    assert await heats_in(database_url) == before


async def test_a_script_makes_names_agree_as_the_bot_does(postgres_url: URL) -> None:
    await make_heats_before_names_agreed(postgres_url)
    await execute(postgres_url, *upgrade_sql(start="0005").split(";\n"))
    assert await keys_in(postgres_url) == KEYS_AFTER
    runs = "SELECT class_key, track_key FROM heat_racers"
    assert await fetch(postgres_url, runs) == [("2wdmod", "arenasüd")]


async def test_orp_fields_are_exactly_four_and_old_rows_get_the_defaults(database_url: URL) -> None:
    await upgrade(database_url, revision="0001")
    await make_first_rows(database_url)
    before = columns(await schema(database_url), ADOPTED)
    await upgrade(database_url, revision="0002")
    after = await schema(database_url)
    assert columns(after, ADOPTED) - before == ORP_FIELDS
    profile = "SELECT name, experience_level, driving_style FROM racer_profiles"
    assert await fetch(database_url, profile) == [("Anna", "Intermediate", None)]
    rounds = "SELECT practice_rounds, qualifying_rounds FROM sessions"
    assert await fetch(database_url, rounds) == [(0, 0)]
    types = {name: kind for table in ADOPTED for name, kind, *_ in after[table]}
    assert types["experience_level"] == "VARCHAR(length=50)"
    assert types["driving_style"] == "VARCHAR(length=255)"


async def test_earlier_tables_are_adopted_and_given_back(database_url: URL) -> None:
    await make_earlier_tables(database_url)
    found = await schema(database_url)
    rows_found = await contents(database_url)
    await upgrade(database_url)
    await fill(database_url)
    adopted = await schema(database_url)
    for table, before in found.items():
        assert without_need_of_opener(adopted[table][: len(before)]) == without_need_of_opener(
            before
        )
    assert columns(adopted, ADOPTED) >= ORP_FIELDS
    weather = "SELECT session_name, weather, practice_rounds FROM sessions"
    assert await fetch(database_url, weather) == [("Club Race", "dry", 0)]
    assert (await count_rows(database_url))["session_photos"] == 2
    await downgrade(database_url, "base")
    assert await schema(database_url) == found
    assert await contents(database_url) == rows_found


def without_need_of_opener(table: list[Column]) -> list[Column]:
    """Leave out whether a session needs an opener: sessions outlive theirs by now."""
    return [
        (name, kind, nullable or name == "profile_id", default)
        for name, kind, nullable, default in table
    ]


@pytest.mark.parametrize("is_adopted", [True, False])
async def test_a_session_outlives_who_opened_it(database_url: URL, is_adopted: bool) -> None:
    if is_adopted:
        await make_earlier_tables(database_url)
    else:
        await upgrade(database_url, revision="0001")
        await make_first_rows(database_url)
    await upgrade(database_url)
    await execute(database_url, "DELETE FROM racer_profiles")
    opener = "SELECT profile_id FROM sessions"
    assert await fetch(database_url, opener) == [(None,)]
    await downgrade(database_url, "0009")
    # Where the earlier system lets none be without one, it has a stand-in.
    racers = await fetch(database_url, "SELECT name FROM racer_profiles")
    assert racers == ([("a racer",)] if is_adopted else [])
    assert (await fetch(database_url, opener) == [(None,)]) is not is_adopted
    await execute(database_url, "DELETE FROM racer_profiles")
    assert len(await fetch(database_url, opener)) == (0 if is_adopted else 1)
    if is_adopted:
        assert (await count_rows(database_url))["session_photos"] == 0


async def test_columns_the_earlier_system_had_already_stay_its_own(database_url: URL) -> None:
    await make_earlier_tables(database_url)
    await execute(
        database_url,
        "ALTER TABLE racer_profiles ADD COLUMN experience_level VARCHAR(50) DEFAULT 'Pro'",
        "ALTER TABLE sessions ADD COLUMN time_zone VARCHAR(64)",
    )
    found = await schema(database_url)
    await upgrade(database_url)
    level = "SELECT experience_level FROM racer_profiles"
    assert await fetch(database_url, level) == [("Pro",)]
    await downgrade(database_url, "base")
    assert await schema(database_url) == found


async def test_only_what_stood_is_adopted(database_url: URL) -> None:
    await make_earlier_tables(database_url)
    await execute(database_url, "DROP TABLE session_photos", "DROP TABLE sessions")
    found = await schema(database_url)
    await upgrade(database_url)
    assert "sessions" in await schema(database_url)
    await downgrade(database_url, "base")
    assert await schema(database_url) == found


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (["CREATE TABLE sessions (token TEXT)"], "sessions .* no closed_at, created_at, id, "),
        (["CREATE TABLE run_logs (id INTEGER)"], "taken in this database: run_logs"),
        (["ALTER TABLE sessions ADD COLUMN team_id TEXT"], "taken in this database: .*team_id"),
    ],
    ids=["a stranger", "a table", "a column"],
)
async def test_names_that_are_taken_are_refused(
    database_url: URL, statements: list[str], sentence: str
) -> None:
    if "ALTER" in statements[0]:
        await make_earlier_tables(database_url)
    await execute(database_url, *statements)
    found = await schema(database_url)
    with pytest.raises(MigrationError, match=sentence):
        await upgrade(database_url)
    assert await schema(database_url) == found


async def test_rows_are_never_left_without_their_parent(sqlite_url: URL) -> None:
    await upgrade(sqlite_url, revision="0001")
    await make_first_rows(sqlite_url)
    # Foreign keys are off while migrating, so that only the check at the end can tell.
    await execute(
        sqlite_url,
        """
        CREATE TRIGGER loses_the_racer AFTER UPDATE ON orp_alembic_version
        BEGIN DELETE FROM racer_profiles; END
        """,
    )
    found = await schema(sqlite_url)
    with pytest.raises(MigrationError, match="without their parent in: sessions"):
        await upgrade(sqlite_url)
    assert await schema(sqlite_url) == found
    assert await count_rows(sqlite_url) == {"racer_profiles": 1, "sessions": 1}


async def test_orphans_from_before_do_not_stop_an_upgrade(sqlite_url: URL) -> None:
    await make_earlier_tables(sqlite_url)
    # SQLite does not enforce foreign keys unless it is asked to; the earlier system did not.
    engine = create_engine(sqlite_url, foreign_keys=False)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM racer_profiles")
    await engine.dispose()
    await upgrade(sqlite_url)
    assert (await count_rows(sqlite_url))["sessions"] == 1


async def test_a_connection_with_foreign_keys_on_is_refused(sqlite_url: URL) -> None:
    async with connected(sqlite_url) as connection:
        with pytest.raises(MigrationError, match="foreign keys switched off"):
            await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "head"))


async def test_entries_of_nobody_become_their_racers_own_on_the_way_down(
    database_url: URL,
) -> None:
    await upgrade(database_url, revision="0001")
    await make_first_rows(database_url)
    await upgrade(database_url)
    await fill(database_url)
    await execute(database_url, "UPDATE entries SET entered_by = NULL, kind = 'import'")
    await downgrade(database_url, "0007")
    owned = "SELECT COUNT(*) FROM entries WHERE entered_by = racer_id"
    assert await fetch(database_url, owned) == [(1,)]
    # The laps still hang off their entry: rebuilding its table has cascaded nowhere.
    laps = "SELECT COUNT(*) FROM run_logs JOIN entries ON entries.id = run_logs.entry_id"
    assert await fetch(database_url, laps) == [(3,)]


async def test_who_typed_an_entry_may_go_without_it(database_url: URL) -> None:
    await upgrade(database_url, revision="0001")
    await make_first_rows(database_url)
    await upgrade(database_url)
    await fill(database_url)
    typist = "'33333333333343338333333333333333'"
    await execute(
        database_url,
        f"INSERT INTO racer_profiles (id, name) VALUES ({typist}, 'Typist')",
        f"UPDATE entries SET entered_by = {typist}",
        f"DELETE FROM racer_profiles WHERE id = {typist}",
    )
    assert await fetch(database_url, "SELECT entered_by FROM entries") == [(None,)]


async def test_the_numbers_of_entries_taken_back_are_not_given_again(sqlite_url: URL) -> None:
    await upgrade(sqlite_url, revision="0001")
    await make_first_rows(sqlite_url)
    await upgrade(sqlite_url)
    await fill(sqlite_url)
    await execute(sqlite_url, "UPDATE sqlite_sequence SET seq = 41 WHERE name = 'entries'")
    seq = "SELECT seq FROM sqlite_sequence WHERE name = 'entries'"
    await downgrade(sqlite_url, "0007")
    assert await fetch(sqlite_url, seq) == [(41,)]
    await upgrade(sqlite_url)
    assert await fetch(sqlite_url, seq) == [(41,)]
