"""Drawing in a process of its own: real processes, killed, broken and hanging."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest
from asyncpg.pgproto import pgproto
from PIL import Image
from structlog.testing import capture_logs

from bot.render.alt import alt_text
from bot.studio import DRAWN_WITHIN_S, Studio
from core.results.card import NoLapsYet
from core.results.heat import HeatTable
from core.worker.asking import start
from tests.bot import drawing
from tests.bot.render.build import run, table
from tests.e2e.aftermath import until

HEAT = table(run())

KILLED_BOT = """
import asyncio
import sys
from functools import partial
from bot.studio import Studio
from core.worker.asking import start
from tests.bot.render.build import run, table

async def main():
    studio = Studio(partial(start, *sys.argv[1:]))
    drawing = asyncio.create_task(studio.draw(table(run())))
    while studio.process_id is None:
        await asyncio.sleep(0.01)
    print(studio.process_id, flush=True)
    await drawing

if __name__ == "__main__":
    asyncio.run(main())
"""


def called(name: str) -> HeatTable:
    """Return the heat in a session of another name."""
    return replace(HEAT, session=replace(HEAT.session, name=name))


def drawing_with(draw: str) -> tuple[str, str]:
    """Return the module, with its argument, that draws in one of the test's ways."""
    return "tests.bot.drawing", draw


@asynccontextmanager
async def studio_with(draw: str, within_s: float = DRAWN_WITHIN_S) -> AsyncIterator[Studio]:
    studio = Studio(partial(start, *drawing_with(draw)), within_s=within_s)
    try:
        yield studio
    finally:
        await studio.close()


def is_running(process_id: int) -> bool:
    return Path(f"/proc/{process_id}").exists()


def process_of(studio: Studio) -> int:
    assert studio.process_id is not None
    return studio.process_id


async def started(studio: Studio) -> int:
    """Return the process as soon as there is one."""

    async def has_started() -> bool:
        return studio.process_id is not None

    await until(has_started)
    return process_of(studio)


async def test_one_process_starts_with_the_first_picture_and_goes_when_the_studio_closes() -> None:
    studio = Studio()
    assert await studio.picture(table()) is None, "nobody has laps"
    assert await studio.picture(NoLapsYet(run().racer, is_self=True)) is None
    assert studio.process_id is None
    file = await studio.picture(HEAT)
    assert file is not None
    assert file.filename == "heat.png"
    assert file.description == alt_text(HEAT)
    assert Image.open(BytesIO(file.fp.read())).format == "PNG"
    first = process_of(studio)
    assert await studio.draw(HEAT) is not None
    assert process_of(studio) == first
    await studio.close()
    assert not is_running(first)
    assert await studio.draw(HEAT) is None, "closed is closed"
    assert studio.process_id is None


async def test_a_process_that_was_killed_is_replaced_and_the_picture_drawn() -> None:
    async with studio_with("tell_its_name") as studio:
        assert await studio.draw(HEAT) == b"Club Race"
        killed = process_of(studio)
        os.kill(killed, signal.SIGKILL)
        assert await studio.draw(HEAT) == b"Club Race"
        assert process_of(studio) != killed
        assert not is_running(killed)


async def test_pictures_asked_for_at_once_come_each_to_who_asked() -> None:
    names = [f"Session {number}" for number in range(4)]
    async with studio_with("tell_its_name") as studio:
        drawn = await asyncio.gather(*map(studio.draw, map(called, names)))
    assert drawn == [name.encode() for name in names]


async def test_a_picture_nobody_waits_for_any_more_is_not_taken_for_the_next(
    tmp_path: Path,
) -> None:
    mark = tmp_path / "begun"

    async def has_begun() -> bool:
        return mark.exists()

    async with studio_with("leave_a_mark") as studio:
        drawing = asyncio.create_task(studio.draw(called(str(mark))))
        await until(has_begun)
        drawing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await drawing
        mark.unlink()
        assert await studio.draw(called("Later")) == b"Later"


async def test_a_drawing_that_fails_is_no_picture_and_the_log_says_why() -> None:
    async with studio_with("fail") as studio:
        with capture_logs() as lines:
            assert await studio.picture(HEAT) is None
        (line,) = lines
        assert line["log_level"] == "error"
        assert line["reason"].endswith("ValueError")
        broken = process_of(studio)
        assert await studio.draw(HEAT) is None
        assert process_of(studio) == broken, "what failed was the drawing, not the process"


async def test_a_process_that_dies_of_a_picture_is_tried_twice_and_no_more() -> None:
    async with studio_with("die") as studio:
        with capture_logs() as lines:
            assert await studio.picture(HEAT) is None
        assert [line["log_level"] for line in lines] == ["warning", "error"]
        assert studio.process_id is None


async def test_a_process_that_hangs_is_killed() -> None:
    async with studio_with("hang", within_s=0.5) as studio:
        asked = asyncio.create_task(studio.draw(HEAT))
        hanging = await started(studio)
        with capture_logs() as lines:
            assert await asyncio.wait_for(asked, DRAWN_WITHIN_S / 2) is None
        assert [line["reason"] for line in lines] == ["not done after 0.5 s"]
        assert not is_running(hanging)


async def test_closing_waits_for_no_picture() -> None:
    studio = Studio(partial(start, *drawing_with("hang")))
    asked = [asyncio.create_task(studio.draw(HEAT)) for _ in range(2)]
    hanging = await started(studio)
    await asyncio.wait_for(studio.close(), DRAWN_WITHIN_S / 2)
    assert await asyncio.gather(*asked) == [None, None]
    assert not is_running(hanging)


async def test_ctrl_c_leaves_the_process_to_the_bot() -> None:
    async with studio_with("be_interrupted") as studio:
        assert await studio.draw(HEAT) == drawing.PNG


async def test_what_is_printed_while_drawing_is_no_part_of_the_picture() -> None:
    async with studio_with("chatter") as studio:
        assert await studio.draw(HEAT) == drawing.PNG
        assert await studio.draw(HEAT) == drawing.PNG


async def test_the_process_takes_results_and_nothing_else() -> None:
    async with studio_with("tell_its_name") as studio:
        with capture_logs() as lines:
            assert await studio.draw(cast("HeatTable", print)) is None
        assert lines[0]["reason"].endswith("UnpicklingError")
        assert await studio.draw(HEAT) == b"Club Race"


async def test_what_comes_from_postgresql_is_drawn_without_its_driver() -> None:
    read = replace(HEAT, heat=replace(HEAT.heat, id=pgproto.UUID(HEAT.heat.id.bytes)))
    async with studio_with("list_modules") as studio:
        loaded = (await studio.draw(read) or b"").split()
    assert b"uuid" in loaded
    assert b"asyncpg" not in loaded


async def test_the_process_lets_the_bot_go_first() -> None:
    async with studio_with("tell_its_name") as studio:
        await studio.draw(HEAT)
        bot, its_own = os.getpriority(os.PRIO_PROCESS, 0), process_of(studio)
        assert os.getpriority(os.PRIO_PROCESS, its_own) > bot


async def test_the_process_loads_nothing_of_the_bot_but_its_pictures() -> None:
    async with studio_with("list_modules") as studio:
        loaded = set((await studio.draw(HEAT) or b"").decode().split())
    assert "bot.pictures.worker" in loaded
    assert not loaded & {"discord", "sqlalchemy", "aiohttp", "bot.client", "structlog"}


def test_a_bot_that_is_killed_takes_the_process_along(tmp_path: Path) -> None:
    script = tmp_path / "killed_bot.py"
    script.write_text(KILLED_BOT)
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    command = [sys.executable, str(script), *drawing_with("hang")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    ) as bot:
        assert bot.stdout is not None
        drawing_process = int(bot.stdout.readline())
        bot.kill()
        # The process complains into this pipe, and so holds it open for as long as it lives.
        ended, _, _ = select.select([bot.stdout], [], [], DRAWN_WITHIN_S / 2)
        if not ended:
            os.kill(drawing_process, signal.SIGKILL)
        assert ended
