"""Whose data it is, as racers get it: everything as a file.

What is stored is the same on both databases, so one is enough here.
"""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest

from localdiscord.client.people import Member

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("stage", ["sqlite"], indirect=True),
]

CHANNEL = "race-day"


async def test_an_export_is_one_file_that_says_what_is_in_it(owner: Member, mate: Member) -> None:
    nothing = await mate.type(CHANNEL, "/data export")
    assert nothing.text == "I hold nothing about you in this team."
    assert not nothing.attachments
    await owner.type(CHANNEL, "/lap times:20.1 20.2 20.3 heat:Q1")
    answer = await owner.type(CHANNEL, "/data export")
    assert answer.ephemeral
    assert "with 3 laps" in answer.text
    (file,) = answer.attachments
    assert file.filename == "my-orp-data.zip"
    with ZipFile(BytesIO(file.data)) as archive:
        first, *others = archive.namelist()
        readme = archive.read(first).decode()
        laps = archive.read("laps.csv").decode()
    assert first == "README.txt"
    assert all(name in readme for name in others)
    assert laps.splitlines()[1].split(",")[1:4] == ["Q1", "1", "20.100"]
