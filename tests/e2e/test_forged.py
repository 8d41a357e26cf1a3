"""What a button, a select or a form carries is text from a stranger: it gets one sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from localdiscord.client.answers import Answer
from localdiscord.client.people import Member

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"
NOTHING = "0" * 32
HUGE = "9" * 25


def assert_one_sentence(answer: Answer, why: str) -> None:
    assert not answer.failed, why
    assert len(answer.messages) == 1, why
    assert answer.ephemeral, why
    assert answer.content, why
    assert "went wrong" not in answer.content, (why, answer.content)


async def test_numbers_that_fit_no_column_get_a_sentence_of_the_core(owner: Member) -> None:
    logged = await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    heat_id = (await owner.type(CHANNEL, "/heat show heat:Q1")).selects[0].custom_id.split(":")[2]
    forged = {
        f"undo:{HUGE}": "taken back already",
        f"repeats:{HUGE}": "taken back already",
        f"sure:{heat_id}:9": "Confidence goes from 1",
        f"sure:{heat_id}:{HUGE}": "Confidence goes from 1",
        f"edit:{heat_id}:{HUGE}": "no laps here",
        f"count:{heat_id}:{owner.id}:{HUGE}:1": "does not exist any more",
        f"count:{heat_id}:{HUGE}:1:0": "does not exist any more",
        f"share:heat:{heat_id}:{HUGE}": "no laps left",
        f"share:heat:{heat_id}:{HUGE}:{HUGE}": "no laps any more",
        f"share:session:{NOTHING}:{HUGE}": "does not exist any more",
    }
    for custom_id, sentence in forged.items():
        answer = await owner.press(logged, custom_id=custom_id, raw=True)
        assert_one_sentence(answer, custom_id)
        assert sentence in answer.content, (custom_id, answer.content)


async def test_a_page_beyond_all_is_the_last_one(owner: Member) -> None:
    await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    table = await owner.type(CHANNEL, "/heat show heat:Q1")
    page = table.selects[0].custom_id.replace("look", "page")
    turned = await owner.press(table, custom_id=f"{page}:{HUGE}", raw=True)
    assert turned.content == table.content


@pytest.mark.parametrize("custom_id", ["toggle:1", "undo:x", "undo:1:2", "x" * 100])
async def test_a_button_of_an_older_version_gets_a_sentence(owner: Member, custom_id: str) -> None:
    logged = await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    answer = await owner.press(logged, custom_id=custom_id, raw=True)
    assert_one_sentence(answer, custom_id)
    assert "of an older kind" in answer.content


async def test_a_select_of_an_older_version_gets_a_sentence(owner: Member) -> None:
    logged = await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    answer = await owner.choose(logged, "1", custom_id="choose:1", raw=True)
    assert_one_sentence(answer, "choose:1")
    assert "of an older kind" in answer.content


@pytest.mark.parametrize("picked", [[], ["oops"], ["٣"], [HUGE], ["9" * 5_000], ["-1"], [""]])
async def test_whatever_is_picked_gets_a_sentence(
    owner: Member, mate: Member, picked: list[str]
) -> None:
    await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    table = await owner.type(CHANNEL, "/heat show heat:Q1")
    looked = await owner.choose(table, list(picked), custom_id=table.selects[0].custom_id, raw=True)
    assert_one_sentence(looked, "look")
    assert "no laps left" in looked.content
    await owner.type(CHANNEL, "/session start name:Two")
    question = await mate.type(CHANNEL, "/lap times:20.1")
    assert "Which event?" in question.content
    waiting = question.selects[0].custom_id
    chosen = await mate.choose(question, list(picked), custom_id=waiting, raw=True)
    assert_one_sentence(chosen, "event")
    assert "is no longer there" in chosen.content
    assert "20.100" in (await mate.choose(question, "Two")).content


async def test_a_forged_form_gets_a_sentence(owner: Member) -> None:
    await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    form = (await owner.type(CHANNEL, "/heat edit")).modal
    assert form is not None
    _, heat_id, racer_id, version = form.custom_id.split(":")
    for custom_id in (
        f"run:{heat_id}:{HUGE}:{version}",
        f"run:{NOTHING}:{racer_id}:{version}",
        f"run:new:{HUGE}:none",
        f"run:{heat_id}:{racer_id}:{'z' * 30}",
        f"run:{heat_id}:{racer_id}",
    ):
        answer = await owner.submit(replace(form, custom_id=custom_id), {"laps": "20.3"}, raw=True)
        assert_one_sentence(answer, custom_id)
