"""What a downgrade would lose is known without losing it."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import URL

from core.bootstrap import build_services
from core.database import Database
from migrations.errors import MigrationError
from migrations.losses import Loss, losses
from migrations.newest import NEWEST
from migrations.runner import current
from tests.migrations.helpers import contents
from tests.services.racing import ANN, log


async def test_tables_and_columns_that_hold_something_are_named(migrated_url: URL) -> None:
    database = Database(migrated_url)
    await log(build_services(database), ANN, "20.1 20.2 20.3", "Q1")
    await database.dispose()
    before = await contents(migrated_url)
    lost = await losses(migrated_url, "0002")
    assert Loss("run_logs", 3) in lost
    assert Loss("racer_profiles.discord_user_id", 1) in lost
    assert not [loss for loss in lost if loss.what in ("follows", "heats.length_s")], "empty"
    assert await contents(migrated_url) == before
    assert await current(migrated_url) == NEWEST


async def test_where_it_stands_there_or_below_nothing_is_lost(migrated_url: URL) -> None:
    assert await losses(migrated_url, NEWEST) == ()
    with pytest.raises(MigrationError, match="There is no revision 4711"):
        await losses(migrated_url, "4711")
