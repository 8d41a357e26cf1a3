"""What one types at the prompt."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from localdiscord import LocalDiscord
from localdiscord.play.console import Console
from localdiscord.play.prompt import Prompt, Words

pytestmark = pytest.mark.usefixtures("bot")


class Person:
    """Types lines, answers what is asked, remembers what was told."""

    def __init__(self, discord: LocalDiscord) -> None:
        team = discord.guild()
        self.told: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.answers: list[str] = []
        self.console = Console(team, team.channel("race-day"), self.told.append)

    async def ask(self, label: str, value: str) -> str:
        self.asked.append((label, value))
        return self.answers.pop(0)

    async def types(self, line: str, *answers: str) -> str:
        self.told.clear()
        self.answers = list(answers)
        assert await self.console.handle(line, self.ask)
        return "\n".join(self.told)


@pytest.fixture
def person(discord: LocalDiscord) -> Person:
    return Person(discord)


async def test_commands_and_buttons(person: Person) -> None:
    assert "Only you can see this" in await person.types("/echo text:hello")
    assert "count 1" in await person.types("[To 1]")
    assert "count 2" in await person.types("press to 2")
    assert "There is no button [Undo] here, only: [To 3]" in await person.types("[Undo]")


async def test_choosing(person: Person) -> None:
    assert "There is no select here" in await person.types("choose Club Race")
    await person.types("/echo text:hello")
    assert "chose ['club']" in await person.types("choose Club Race")


async def test_a_form_is_asked_field_by_field(person: Person) -> None:
    told = await person.types("/form", "58.1", "58.2", "", "Q2", "wet")
    assert "A form opens: Edit laps (Laps, Heat, Note)" in told
    assert "laps='58.1\\n58.2' heat=['Q2'] note='wet'" in told
    assert person.asked[-2:] == [("Heat (Q1, Q2): ", ""), ("Note: ", "")]
    # An empty line keeps what is there; a hyphen empties it.
    assert "laps='58.2'" in await person.types("/form", "", "Q1", "")
    assert "“Laps” is required" in await person.types("/form", "-", "", "Q1", "")


async def test_somebody_else_somewhere_else(person: Person) -> None:
    assert person.console.label == "racer-1 #race-day> "
    await person.types("@racer-2")
    await person.types("#general")
    assert person.console.label == "racer-2 #general> "
    assert "There is no nobody" in await person.types("@nobody")


async def test_menus(person: Person) -> None:
    assert "There is no message" in await person.types("menu Log laps")
    await person.types("say 58.2")
    assert "read '58.2' by racer-1" in await person.types("menu Log laps")
    assert "card of racer-3" in await person.types("menu ORP card @racer-3")


async def test_news_of_the_channel(person: Person, discord: LocalDiscord) -> None:
    await person.types("/post text:summary")
    channel = discord.guild().channel("race-day")
    (news,) = person.console.news()
    assert "#race-day, new post:" in news
    assert "summary (edited)" in news
    assert person.console.news() == []
    # Buttons of the newest post can be pressed too.
    await person.types("/heat finish")
    await channel.wait_for(lambda message: "🏁" in message.text)
    assert "#race-day, new post:" in person.console.news()[0]
    await person.types("@racer-3")
    await person.types("[To 1]")
    assert "#race-day, edited:" in person.console.news()[0]
    discord.delete_message(channel.messages[-1])
    assert person.console.news() == ["#race-day: a post was deleted"]


async def test_what_it_does_not_understand(person: Person) -> None:
    assert "begin with /" in await person.types("lap 58.2")
    assert "There is no command /nothing" in await person.types("/nothing")
    assert "[Undo]" in await person.types("help")
    assert await person.types("") == ""
    assert not await person.console.handle("quit", person.ask)


async def test_completion(person: Person) -> None:
    def completed(text: str) -> list[str]:
        found = Words(person.console).get_completions(Document(text), CompleteEvent())
        return [completion.text for completion in found]

    assert completed("/heat s") == ["/heat start"]
    assert completed("@racer-3") == []
    assert completed("@racer-") == [f"@racer-{number}" for number in range(1, 9)]
    assert completed("#gen") == ["#general"]
    assert completed("/heat start ") == ["name:", "note:"]
    assert completed("/heat start name:Q1 n") == ["note:"]
    await person.types("/echo text:hello")
    assert completed("[Fo") == ["[Form]"]


@pytest.fixture
async def keyboard() -> AsyncIterator[PipeInput]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


async def test_the_prompt_itself(person: Person, keyboard: PipeInput) -> None:
    keyboard.send_text("/form\r58.1\r58.3\r\rQ1\r\r@racer-2\r/echo text:hello\r\x04")
    await Prompt(person.console).run()
    told = "\n".join(person.told)
    assert "laps='58.1\\n58.3' heat=['Q1'] note=''" in told
    assert "hello" in told
    assert person.console.racer.name == "racer-2"


@pytest.mark.parametrize("keys", ["quit\r", "\x03", "\x04"])
async def test_the_ways_out(person: Person, keyboard: PipeInput, keys: str) -> None:
    keyboard.send_text(keys)
    await Prompt(person.console).run()
