"""Laps from a timing site, end to end: the real bot fetches, reads, stores and posts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import dataclass
from itertools import count

import pytest
import pytest_asyncio

from localdiscord import LocalDiscord
from localdiscord.client.answers import Answer
from localdiscord.client.people import Team
from localdiscord.play.botprocess import Launch
from localdiscord.play.cast import PADDOCK
from localdiscord.world.files import Upload
from localdiscord.world.model import Message
from tests.core.sources.pages import EVENT, RESULT, RUN, page
from tests.databases import KINDS, TestDatabases
from tests.e2e.conftest import bot_process, patient, require_the_document
from tests.e2e.real_heats import drivers_of, laps_of, typed
from tests.timing_site import Raced, TimingSite, timing_site

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"
HEAT = "electric-a3-main"
_NUMBERS = count(1)


@dataclass
class Circuit:
    """A bot that may read a timing site of this machine."""

    discord: LocalDiscord
    site: TimingSite


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=KINDS)
async def circuit(
    request: pytest.FixtureRequest, test_databases: TestDatabases, forked: Launch
) -> AsyncIterator[Circuit]:
    async with (
        timing_site() as site,
        test_databases.temporary(request.param, migrated=False) as url,
        patient(LocalDiscord(PADDOCK)) as discord,
        bot_process(discord, url, forked, LIVERC_HOSTS=site.exact) as bot,
    ):
        require_the_document(discord)
        await discord.ready()
        yield Circuit(discord, site)
        assert await bot.stop() == 0, bot.tail


@pytest.fixture
def team(circuit: Circuit) -> Iterator[Team]:
    """A team of its own for each test."""
    team = circuit.discord.add_guild(f"Importers {next(_NUMBERS)}")
    team.add_member("racer-2")
    yield team
    circuit.discord.assert_clean()


def publish(site: TimingSite, race_id: str, heat: str = HEAT, *, class_name: str = "Buggy") -> str:
    """Publish a real heat as a first qualifier; return the address of its page."""
    field = (Raced(name, laps_of(heat, name)) for name in drivers_of(heat))
    return site.publish(
        race_id, "(Heat 1/1)", *field, class_name=class_name, round_name="Qualifier Round 1"
    )


def posted_text(message: Message) -> str:
    """Return all that a post says."""
    return message.content + "".join(str(embed) for embed in message.embeds)


async def done(asked: Awaitable[Answer]) -> Answer:
    """Wait for what an import says in the end: on a busy machine it says first what it is doing."""
    doing = re.compile(r"(?:Reading the page|Race \d+ of \d+) …")
    answer = await asked
    return await answer.wait_for(lambda shown: bool(shown.text) and not doing.match(shown.text))


async def test_one_link_and_the_heat_posts_itself(circuit: Circuit, team: Team) -> None:
    racer, mate = team.owner, team.member("racer-2")
    await racer.type(CHANNEL, "/profile driver_name:Driver 01")
    await mate.type(CHANNEL, "/profile driver_name:driver-03")
    url = publish(circuit.site, "1")
    answer = await done(racer.type(CHANNEL, f"/heat import url:{url}"))
    assert "16 laps" in answer.text, answer.text
    assert "of 7 on the page" in answer.text
    assert answer.ephemeral
    # Who asks says where to find out more, which the bot knows once it is logged in.
    (agent,) = circuit.site.agents
    assert re.search(r"; \+https://discord\.com/oauth2/authorize\?client_id=[0-9]{17,20}\b", agent)
    posted = await team.channel(CHANNEL).wait_for(
        lambda message: "Buggy Q1 Heat 1" in message.content
    )
    # Third on the page, not among the two who are logged.
    assert "P3 " in posted_text(posted)
    again = await done(racer.type(CHANNEL, f"/heat import url:{url}"))
    assert "Nothing has changed" in again.text
    card = await racer.type(CHANNEL, "/orp")
    assert "1st" in card.text


async def test_who_one_is_is_asked_and_fetched_only_once(circuit: Circuit, team: Team) -> None:
    racer = team.owner
    url = publish(circuit.site, "2")
    asked = await done(racer.type(CHANNEL, f"/heat import url:{url}"))
    assert "Which one are you?" in asked.text
    (select,) = asked.selects
    driver = next(option for option in select.options if "driver-02" in option.label)
    stored = await racer.choose(asked, driver.value)
    assert stored.updated
    assert "15 laps" in stored.text
    assert circuit.site.asked.count("/results/?p=view_race_result&id=2") == 1
    undone = await racer.press(stored, "Undo")
    assert "15" in undone.text
    told = await done(racer.type(CHANNEL, f"/heat import url:{url}"))
    assert "stay out" in told.text


async def test_typed_laps_give_way_and_undo_brings_them_back(circuit: Circuit, team: Team) -> None:
    racer = team.owner
    await racer.type(CHANNEL, "/profile driver_name:driver-01")
    rough = [round(lap, -2) for lap in laps_of(HEAT, "driver-01")]
    await racer.type(CHANNEL, f"/lap times:{typed(rough)} heat:Quali note:35wt")
    url = publish(circuit.site, "3")
    answer = await done(racer.type(CHANNEL, f"/heat import url:{url}"))
    assert "take the place" in answer.text
    shown = await racer.type(CHANNEL, "/heat show heat:Quali")
    assert "35wt" in shown.text
    assert "36.589" in shown.text
    await racer.press(answer, "Undo")
    shown = await racer.type(CHANNEL, "/heat show heat:Quali")
    assert "36.600" in shown.text


async def test_an_event_page_and_all_of_its_races(circuit: Circuit, team: Team) -> None:
    racer = team.owner
    await racer.type(CHANNEL, "/profile driver_name:driver-01")
    circuit.site.races.clear()
    publish(circuit.site, "11")
    publish(circuit.site, "12", "nitro-semi-b", class_name="Nitro")
    asked = await done(racer.type(CHANNEL, f"/heat import url:{circuit.site.address}"))
    (select,) = asked.selects
    assert len(select.options) == 3, asked.text
    everything = next(option for option in select.options if option.label == "All of them")
    answer = await done(racer.choose(asked, everything.value))
    await answer.wait_for(lambda shown: "laps" in shown.text)
    assert "driver" not in answer.text
    listed = await racer.type(CHANNEL, "/heat list")
    assert "Q1 Heat 1" in listed.text


async def test_crew_says_who_the_others_are(circuit: Circuit, team: Team) -> None:
    racer, mate = team.owner, team.member("racer-2")
    await racer.type(CHANNEL, "/profile driver_name:driver-01")
    url = publish(circuit.site, "21")
    answer = await done(racer.type(CHANNEL, f"/heat import url:{url}"))
    (select,) = answer.selects
    other = next(option for option in select.options if option.label == "driver-03")
    asked = await racer.choose(answer, other.value)
    assert "Which team-mate" in asked.text
    stored = await racer.choose(asked, mate)
    assert "racer-2 15 laps" in stored.text, stored.text


async def test_a_saved_page_is_read_as_a_file(circuit: Circuit, team: Team) -> None:
    racer = team.owner
    await racer.type(CHANNEL, "/profile driver_name:O'A03 Racer")
    answer = await done(
        racer.command(CHANNEL, "heat import", file=Upload("page.html", page(RESULT)))
    )
    assert "1/8 Electric Buggy A3-Main" in answer.text, answer.text
    assert "15 laps" in answer.text
    shown = await done(
        racer.command(CHANNEL, "heat import", file=Upload("event.html", page(EVENT)))
    )
    assert "give its link" in shown.text
    asked = await done(racer.command(CHANNEL, "heat import", file=Upload("run.html", page(RUN))))
    assert "Which one" in asked.text or "class" in asked.text


async def test_an_export_comes_back_in_another_session(circuit: Circuit, team: Team) -> None:
    racer = team.owner
    await racer.type(CHANNEL, "/session start name:First")
    await racer.type(CHANNEL, "/lap times:20.1 20.2 20.3 heat:Q1 note:=1+1")
    exported = await racer.type(CHANNEL, "/session export")
    (file,) = exported.attachments
    await racer.type(CHANNEL, "/session close")
    await racer.type(CHANNEL, "/session start name:Second")
    answer = await done(racer.command(CHANNEL, "heat import", file=Upload("laps.csv", file.data)))
    assert "3 laps in 1 heat" in answer.text
    shown = await racer.type(CHANNEL, "/heat show heat:Q1 session:Second")
    assert "20.1" in shown.text


async def test_what_is_no_page_with_laps_is_refused_with_a_sentence(
    circuit: Circuit, team: Team
) -> None:
    racer = team.owner
    for typed_in, said in (
        ("url:https://example.org/", "Only pages of"),
        (f"url:{circuit.site.base}/results/?p=view_race_result&id=404", "has no such page"),
        ("", "one of the two"),
    ):
        answer = await done(racer.type(CHANNEL, f"/heat import {typed_in}"))
        assert said in answer.text, answer.text


async def test_a_file_is_handed_back_by_its_name(circuit: Circuit, team: Team) -> None:
    """The command is there to be typed again; Discord's number of the file says nothing."""
    file = Upload("a b.html", b" ")
    answers = await asyncio.gather(
        *(team.owner.command(CHANNEL, "heat import", file=file) for _ in range(12))
    )
    refused = [answer.text for answer in answers if "a lot at once" in answer.text]
    assert refused
    assert all("/heat import file:a b.html" in text for text in refused)


async def test_a_slow_site_is_waited_for_and_the_answer_says_so(
    circuit: Circuit, team: Team
) -> None:
    racer = team.owner
    await racer.type(CHANNEL, "/profile driver_name:driver-01")
    path = "/results/?p=view_race_result&id=31"
    circuit.site.held[path] = asyncio.Event()
    url = publish(circuit.site, "31")
    answer = await racer.type(CHANNEL, f"/heat import url:{url}")
    assert answer.deferred
    assert answer.text == "Reading the page …"
    circuit.site.held[path].set()
    await answer.wait_for(lambda shown: "16 laps" in shown.text)
    assert "Reading" not in answer.text
    assert answer.ephemeral
