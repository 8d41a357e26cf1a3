"""Reading in a process of its own: real processes, killed, hungry, broken and hanging."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs

from core.errors import BadInput, Conflict
from core.fetching.reader import READ_WITHIN_S, Reader, Unusable, start_reading, unpacked
from core.fetching.refusals import Unreadable
from tests.core.fetching import parsing
from tests.e2e.aftermath import until

# A busy machine takes longer than a page may; only the tests that wait for it are in a hurry.
PATIENT_S: Final = 60.0

PAGE: Final = b"<p>laps</p>\n\x00"


@asynccontextmanager
async def reader_with(parse: str, within_s: float = PATIENT_S) -> AsyncIterator[Reader]:
    reader = Reader(start_reading(f"tests.core.fetching.parsing:{parse}"), within_s=within_s)
    try:
        yield reader
    finally:
        await reader.close()


async def unread(reader: Reader) -> str:
    """Return why a page was not read, as the log has it."""
    with capture_logs() as lines, pytest.raises(Unreadable) as caught:
        await reader.read(PAGE, address="https://track.liverc.com/")
    sentence = "Nothing can be made of that page or file; is it one with results?"
    assert caught.value.sentence == sentence
    assert isinstance(caught.value, BadInput)
    assert lines[-1]["address"] == "https://track.liverc.com/"
    assert lines[-1]["bytes"] == len(PAGE)
    return str(lines[-1]["reason"])


def is_running(process_id: int) -> bool:
    return Path(f"/proc/{process_id}").exists()


def process_of(reader: Reader) -> int:
    assert reader.process_id is not None
    return reader.process_id


async def started(reader: Reader) -> int:
    """Return the process as soon as there is one."""

    async def has_started() -> bool:
        return reader.process_id is not None

    await until(has_started)
    return process_of(reader)


async def test_one_process_starts_with_the_first_page_and_goes_when_the_reader_closes() -> None:
    async with reader_with("tell") as reader:
        assert reader.process_id is None
        assert await reader.read(PAGE, address="https://x/ä\n") == (PAGE, "https://x/ä\n")
        first = process_of(reader)
        assert await reader.read(b"") == (b"", None)
        assert process_of(reader) == first
        await reader.close()
        assert not is_running(first)
        assert await unread(reader) == "the bot is stopping"
        assert reader.process_id is None


async def test_what_the_core_is_made_of_comes_through() -> None:
    async with reader_with("answer") as reader:
        assert await reader.read(PAGE) == parsing.ANSWER


async def test_five_megabytes_go_through() -> None:
    page = os.urandom(5_000_000)
    async with reader_with("tell") as reader:
        assert await reader.read(page) == (page, None)


async def test_a_refusal_comes_through_as_what_it_is() -> None:
    async with reader_with("refuse") as reader:
        with capture_logs() as lines, pytest.raises(Conflict) as caught:
            await reader.read(PAGE)
        assert caught.value.sentence == "That page has no laps; give the page of a race."
        assert lines == []


@pytest.mark.parametrize(
    ("parse", "reason"),
    [
        ("fail", "ValueError"),
        ("return_what_cannot_be_packed", "pickle"),
        ("return_something_else", "UnpicklingError"),
        ("refuse_with_more", "TypeError"),
    ],
)
async def test_what_fails_is_unreadable_and_the_process_stays(parse: str, reason: str) -> None:
    async with reader_with(parse) as reader:
        assert reason in await unread(reader)
        stayed = process_of(reader)
        assert reason in await unread(reader)
        assert process_of(reader) == stayed


@pytest.mark.parametrize("parse", ["eat_memory", "eat_memory_in_bites"])
async def test_a_page_that_takes_all_memory_is_unreadable(parse: str) -> None:
    async with reader_with(parse) as reader:
        assert "MemoryError" in await unread(reader)
        assert "MemoryError" in await unread(reader)


async def test_memory_a_page_has_taken_is_there_for_the_next() -> None:
    async with reader_with("hoard") as reader:
        with pytest.raises(Unreadable):
            await reader.read(b"a")
        assert await reader.read(b"another") == 2**27


async def test_an_answer_without_end_is_left_and_the_process_killed() -> None:
    async with reader_with("go_on_and_on") as reader:
        assert (await unread(reader)).startswith("the answer has 2000")
        assert reader.process_id is None
        assert (await unread(reader)).startswith("the answer has 2000")


async def test_a_page_that_takes_too_long_has_its_process_killed() -> None:
    async with reader_with("hang", within_s=0.3) as reader:
        reading = asyncio.create_task(unread(reader))
        hanging = await started(reader)
        assert await reading == "not done after 0.3 s"
        assert not is_running(hanging)
        assert reader.process_id is None
        assert await unread(reader) == "not done after 0.3 s"


def test_pages_have_five_seconds() -> None:
    assert READ_WITHIN_S == 5


async def test_the_start_of_the_process_is_no_part_of_a_pages_time() -> None:
    reader = Reader(start_reading("tests.core.fetching.slow_to_load:measure"), within_s=1)
    assert await reader.read(PAGE) == len(PAGE)
    await reader.close()


async def test_a_process_that_dies_is_replaced_once_a_page() -> None:
    async with reader_with("die") as reader:
        assert "died, and so did the next one" in await unread(reader)
        assert reader.process_id is None


async def test_a_process_that_died_is_replaced(tmp_path: Path) -> None:
    async with reader_with("die_once") as reader:
        assert await reader.read(bytes(tmp_path / "died")) == "alive"
        killed = process_of(reader)
        os.kill(killed, signal.SIGKILL)
        assert await reader.read(bytes(tmp_path / "died")) == "alive"
        assert process_of(reader) != killed


async def test_pages_asked_for_at_once_come_each_to_who_asked() -> None:
    pages = [f"page {number}".encode() for number in range(4)]
    async with reader_with("tell") as reader:
        assert await asyncio.gather(*map(reader.read, pages)) == [(page, None) for page in pages]


async def test_a_page_nobody_waits_for_any_more_is_not_taken_for_the_next(tmp_path: Path) -> None:
    mark = tmp_path / "begun"

    async def has_begun() -> bool:
        return mark.exists()

    async with reader_with("leave_a_mark") as reader:
        asking = asyncio.create_task(reader.read(bytes(mark)))
        await until(has_begun)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        mark.unlink()
        assert await reader.read(b"next") == b"next"


async def test_closing_waits_for_no_page() -> None:
    async with reader_with("hang") as reader:
        reading = [asyncio.create_task(reader.read(PAGE)) for _ in range(2)]
        hanging = await started(reader)
        await asyncio.wait_for(reader.close(), PATIENT_S / 2)
        for one in reading:
            with pytest.raises(Unreadable):
                await one
        assert not is_running(hanging)


async def test_ctrl_c_leaves_the_process_to_the_bot() -> None:
    async with reader_with("be_interrupted") as reader:
        assert await reader.read(PAGE) == PAGE


async def test_what_is_printed_while_reading_is_no_part_of_the_answer() -> None:
    async with reader_with("chatter") as reader:
        assert await reader.read(PAGE) == PAGE
        assert await reader.read(PAGE) == PAGE


async def test_a_function_that_is_not_there_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    async with reader_with("nothing") as reader:
        assert "died, and so did the next one" in await unread(reader)
    assert "has no attribute 'nothing'" in capfd.readouterr().err


async def test_the_process_loads_neither_database_nor_network() -> None:
    async with reader_with("list_modules") as reader:
        loaded = await reader.read(PAGE)
    assert isinstance(loaded, list)
    assert {"core.errors", "core.worker.serving"} <= set(loaded)
    assert not {"aiohttp", "sqlalchemy", "structlog", "discord", "core.config"} & set(loaded)


class Calling:
    """Packed as a call of something."""

    def __init__(self, called: Callable[..., object], *given: object) -> None:
        self._call = called, given

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._call


@pytest.mark.parametrize("called", [os.system, eval, __import__, start_reading, pickle.loads])
def test_an_answer_calls_nothing(called: Callable[..., object], tmp_path: Path) -> None:
    message = pickle.dumps(Calling(called, f"touch {tmp_path / 'called'}"))
    with pytest.raises(Unusable, match="UnpicklingError"):
        unpacked(message)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("module", "name"),
    [
        # A function, a class that holds no values, one that is imported, one reached through it.
        ("core.fetching.reader", "unpacked"),
        ("core.fetching.reader", "Reader"),
        ("core.names", "StrEnum"),
        ("core.names", "StrEnum.__class__"),
        ("core.config", "SecretStr"),
        ("core.nothing", "nothing"),
        ("corexistent", "Lap"),
        ("tests.core.fetching.sites", "Site"),
        ("datetime", "sys.modules"),
        ("builtins", "getattr"),
    ],
)
def test_an_answer_is_made_of_the_cores_values_alone(module: str, name: str) -> None:
    named = b"".join(b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, name))
    with pytest.raises(Unusable):
        unpacked(b"\x80\x04" + named + b"\x93.")


@pytest.mark.parametrize("message", [b"", b"laps", b"\x80\x04]"])
def test_an_answer_that_is_none(message: bytes) -> None:
    with pytest.raises(Unusable):
        unpacked(message)
