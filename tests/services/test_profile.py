"""Profiles and the team's settings."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from core.bootstrap import Services
from core.caller import Person
from core.commands import ProfileFields
from core.database import Database
from core.errors import BadInput, NotAllowed, RacerError
from core.models import RacerProfile, Team
from core.results.card import OrpCard
from core.scoring.advice import ExperienceLevel
from core.scoring.orp import calculate_orp
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    CREW_ROLE,
    RIVALS,
    by,
    close_session,
    count,
    everything,
    log,
    set_crew_role,
    start_session,
    statements,
)

# Profiles


async def test_a_profile_nobody_has_set(database: Database, services: Services) -> None:
    profile = await services.profile.show(by(ANN))
    assert (profile.racer, profile.is_self, profile.changed) == (ANN, True, False)
    assert profile.experience_level is ExperienceLevel.INTERMEDIATE
    assert (profile.driving_style, profile.driver_name) == (None, None)
    assert not (await services.profile.show(by(ANN), BEN)).is_self
    assert await count(database, RacerProfile) == 0


@pytest.mark.parametrize(
    ("typed", "level"),
    [
        ("Sportsman", ExperienceLevel.SPORTSMAN),
        (" pro ", ExperienceLevel.PRO),
        ("INTERMEDIATE", ExperienceLevel.INTERMEDIATE),
    ],
)
async def test_levels_in_any_case(typed: str, level: ExperienceLevel, services: Services) -> None:
    updated = await services.profile.update(by(ANN), ProfileFields(experience=typed))
    assert (updated.experience_level, updated.changed) == (level, True)
    assert (await services.profile.show(by(BEN), ANN)).experience_level is level


async def test_fields_left_out_stay(services: Services) -> None:
    await services.profile.update(
        by(ANN), ProfileFields("Pro", "smooth,  late braking", "ANN  RACER")
    )
    await services.profile.update(by(ANN), ProfileFields(driver_name="Ann R."))
    profile = await services.profile.show(by(ANN))
    assert profile.experience_level is ExperienceLevel.PRO
    assert (profile.driving_style, profile.driver_name) == ("smooth, late braking", "Ann R.")


async def test_nothing_to_change_only_shows(database: Database, services: Services) -> None:
    shown = await services.profile.show_or_update(by(ANN), ProfileFields(), BEN)
    assert (shown.racer, shown.changed) == (BEN, False)
    assert await count(database, RacerProfile) == 0
    updated = await services.profile.show_or_update(by(ANN), ProfileFields(driver_name="A"))
    assert (updated.changed, updated.driver_name) == (True, "A")


async def test_a_wrong_field_changes_nothing(database: Database, services: Services) -> None:
    await services.profile.update(by(ANN), ProfileFields("Pro", "smooth"))
    before = await everything(database)
    for fields in (
        ProfileFields(experience="Novice"),
        ProfileFields(experience=""),
        ProfileFields("Sportsman", driving_style="x" * 256),
        ProfileFields("Sportsman", driver_name="\u200b"),
    ):
        with pytest.raises(BadInput):
            await services.profile.update(by(ANN), fields)
    assert await everything(database) == before


async def test_others_profiles_are_crews_business(database: Database, services: Services) -> None:
    await set_crew_role(services)
    before = await everything(database)
    with pytest.raises(NotAllowed, match="crew"):
        await services.profile.update(by(BEN), ProfileFields(experience="Pro"), ANN)
    assert await everything(database) == before
    updated = await services.profile.update(
        by(CLEO, crew=True), ProfileFields(experience="Pro"), ANN
    )
    assert (updated.racer, updated.is_self) == (ANN, False)
    assert (await services.profile.show(by(ANN))).experience_level is ExperienceLevel.PRO
    assert (await services.profile.show(by(CLEO))).experience_level is ExperienceLevel.INTERMEDIATE


async def test_a_new_level_changes_the_advice_and_no_score(
    database: Database, services: Services
) -> None:
    await start_session(services, name="Closed")
    await log(services, ANN, "20.1 20.2")
    await close_session(services, ANN)
    await start_session(services, name="Today", practice_rounds=3)
    for heat in ("Q1", "Q2", "Q3", "Q4"):
        await log(services, ANN, "20.1 20.3 20.2", heat=heat, confidence=4)
        await log(services, BEN, "20.1 20.3 20.2", heat=heat, confidence=4)
    with statements(database) as seen:
        await services.profile.update(by(ANN), ProfileFields(experience="pro"))
    assert len(seen) <= 12
    for heat in ("Q1", "Q4"):
        for person, level in ((ANN, ExperienceLevel.PRO), (BEN, ExperienceLevel.INTERMEDIATE)):
            card = await services.card.show(by(person), heat)
            assert isinstance(card, OrpCard)
            assert card.run.orp == calculate_orp(
                [20_100, 20_300, 20_200], confidence=4, experience_level=level, practice_rounds=3
            )
    more = await log(services, ANN, "20.1", heat="Q1")
    assert more.run.orp is not None
    assert more.run.orp.experience_level is ExperienceLevel.PRO


async def test_a_profile_follows_the_name_the_chat_shows(services: Services) -> None:
    await log(services, ANN, "20.1 20.2")
    await log(services, Person(ANN.user_id, "Ann 🏁"), "20.3")
    (run,) = (await services.heat.show(by(BEN))).runs
    assert run.racer == Person(ANN.user_id, "Ann 🏁")
    assert len(run.laps) == 3


# Teams


async def test_the_settings_of_a_team_nobody_has_set(
    database: Database, services: Services
) -> None:
    team = await services.team.show(by(ANN))
    assert (team.summary_channel_id, team.crew_role_id) == (None, None)
    assert (team.time_zone, team.auto_finish_minutes, team.problems) == ("UTC", 30, ())
    assert await count(database, Team) == 0


async def test_settings_are_kept(services: Services) -> None:
    manager = by(ANN, manager=True)
    await services.team.set_channel(manager, 2**63 - 1)
    await services.team.set_crew(manager, CREW_ROLE)
    await services.team.set_time_zone(manager, " Europe/Berlin ")
    last = await services.team.set_auto_finish(manager, 0)
    assert await services.team.show(by(BEN)) == last
    assert (last.summary_channel_id, last.crew_role_id) == (2**63 - 1, CREW_ROLE)
    assert (last.time_zone, last.auto_finish_minutes) == ("Europe/Berlin", 0)


async def test_settings_are_for_manage_server_only(database: Database, services: Services) -> None:
    await set_crew_role(services)
    before = await everything(database)
    caller, elsewhere = by(BEN, crew=True), by(BEN, team=RIVALS)
    refused: list[Awaitable[object]] = [
        services.team.set_channel(caller, 1),
        services.team.set_crew(caller, 1),
        services.team.set_time_zone(caller, "Europe/Berlin"),
        services.team.set_auto_finish(caller, 5),
        services.team.set_channel(elsewhere, 1),
    ]
    for change in refused:
        with pytest.raises(NotAllowed, match="Manage Server"):
            await change
    assert await everything(database) == before


async def test_wrong_settings_are_refused(database: Database, services: Services) -> None:
    manager = by(ANN, manager=True)
    await services.team.set_auto_finish(manager, 24 * 60)
    before = await everything(database)
    refused: list[Awaitable[object]] = [
        services.team.set_auto_finish(manager, -1),
        services.team.set_auto_finish(manager, 24 * 60 + 1),
        services.team.set_time_zone(manager, "Mars/Olympus"),
        services.team.set_time_zone(manager, "x" * 5_000),
        services.team.set_time_zone(manager, "/etc/localtime"),
    ]
    for change in refused:
        with pytest.raises(BadInput) as caught:
            await change
        error: RacerError = caught.value
        assert len(error.sentence) < 150
    assert await everything(database) == before


async def test_a_session_keeps_the_zone_it_was_opened_in(services: Services) -> None:
    session = await start_session(services)
    await services.team.set_time_zone(by(ANN, manager=True), "Europe/Berlin")
    listed = (await services.session.list_sessions(by(ANN))).sessions
    assert [info.time_zone for info in listed] == [session.time_zone] == ["UTC"]
