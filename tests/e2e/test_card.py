"""ORP cards as racers get them: alone or beside a team-mate, with the picture, and shared.

What is stored is the same on both databases, so one is enough here.
"""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from localdiscord.client.answers import Answer
from localdiscord.client.people import Member, Team
from tests.e2e.real_heats import laps_of, typed

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("stage", ["sqlite"], indirect=True),
]

CHANNEL = "race-day"
SENTENCE = "racer-2 is 1.85 s a lap faster: 1.22 pace, 0.63 mistakes"


async def race(owner: Member, mate: Member) -> None:
    """Two drivers of a real main in one heat; racer-1 has another one before it."""
    await owner.type(CHANNEL, "/lap times:20.1 20.4 20.2 heat:Q1 note:35wt rear")
    for racer, driver in ((owner, "driver-04"), (mate, "driver-02")):
        times = typed(laps_of("electric-a3-main", driver))
        await racer.type(CHANNEL, f"/lap times:{times} heat:Main")


def assert_pictured(answer: Answer, name: str) -> None:
    (picture,) = answer.attachments
    assert picture.filename == name
    image = Image.open(BytesIO(picture.data))
    image.verify()
    assert (image.format, image.width) == ("PNG", 760)
    assert picture.description is not None
    assert "the laps of two racers" in picture.description or " laps, best " in picture.description


async def test_a_card_comes_with_its_picture_and_is_shared_with_it(
    team: Team, owner: Member, mate: Member
) -> None:
    await race(owner, mate)
    card = await owner.type(CHANNEL, "/orp")
    assert card.ephemeral
    assert "You: 15/10:38.3. Clean: 10:13.8. Three mistakes cost 24.5 s." in card.text
    assert (
        "**ORP 85.5 ±5** (−13.7) = 90.09 consistency − 4.55 fade: all of it is scatter, "
        in card.text
    )
    assert_pictured(card, "orp.png")
    # The picture stands above the card: no embed shows it.
    assert all("image" not in embed for embed in card.embeds)
    more = await owner.press(card, "More")
    assert more.ephemeral
    assert "lap 8 56.142 (+15.0)" in more.text
    assert "\nQ1 **99.2 ±?** · 35wt rear" in more.text
    assert not more.attachments
    shared = await mate.press(card, "Share", raw=True)
    assert not shared.ephemeral
    assert "racer-1: 15/10:38.3. Clean: 10:13.8." in shared.text
    assert_pictured(shared, "orp.png")
    assert (await mate.press(shared, "More", raw=True)).ephemeral
    whole = await owner.type(CHANNEL, "/orp heat:all")
    assert "Q1 3 laps · Main 15 laps" in whole.text
    assert "Main lap 8 56.142" in (await owner.press(whole, "More")).text
    assert_pictured(whole, "orp.png")


async def test_a_typed_heat_has_its_clean_run_in_laps_where_its_length_is_known(
    team: Team, owner: Member, mate: Member
) -> None:
    await owner.type(CHANNEL, "/session start name:Club Race heat_minutes:5")
    await owner.type(CHANNEL, f"/lap times:{'20.0 ' * 13}44.0 heat:Q1")
    card = await owner.type(CHANNEL, "/orp")
    assert "You: 14/5:04.0. Clean: 15/5:00.0. One mistake cost 24.0 s." in card.text
    shown = await owner.type(CHANNEL, "/session show")
    assert "**Club Race** · open · 5-minute heats · you race here" in shown.text
    await owner.type(CHANNEL, "/session edit heat_minutes:10")
    assert "Clean: 4:40.0. One mistake" in (await owner.type(CHANNEL, "/orp")).text
    refused = await owner.command(CHANNEL, "session edit", raw=True, heat_minutes=61)
    assert refused.content == "Heats last 1 to 60 minutes."


async def test_two_racers_side_by_side(team: Team, owner: Member, mate: Member) -> None:
    await race(owner, mate)
    both = await owner.type(CHANNEL, "/orp with:@racer-2")
    assert both.ephemeral
    assert "racer-1 and racer-2 · Main" in both.text
    assert SENTENCE in both.text
    assert_pictured(both, "side-by-side.png")
    shared = await mate.press(both, "Share", raw=True)
    assert not shared.ephemeral
    assert "racer-1 and racer-2 · Main" in shared.text
    assert SENTENCE in shared.text
    assert_pictured(shared, "side-by-side.png")
    turned = await owner.type(CHANNEL, "/orp heat:main racer:@racer-2 with:@racer-1")
    assert "racer-2 and racer-1 · Main" in turned.text
    assert SENTENCE in turned.text
    whole = await owner.type(CHANNEL, "/orp heat:all with:@racer-2")
    assert "whole session" in whole.text
    assert_pictured(await owner.press(whole, "Share"), "side-by-side.png")


async def test_what_cannot_stand_side_by_side_is_told_in_a_sentence(
    team: Team, owner: Member, mate: Member
) -> None:
    await owner.type(CHANNEL, "/lap times:20.1 20.4 20.2 heat:Q1")
    robot = next(member for member in team.guild.members.values() if member.user.bot)
    for options, sentence in (
        ({"with": owner}, "Pick a team-mate: that is the same racer on both sides."),
        ({"with": robot}, "Bots do not race; pick a person."),
        ({"with": mate, "heat": "Q1"}, "racer-2 has no laps that count in Q1; both need some."),
        ({"with": mate, "heat": "Q9"}, "There is no such heat in "),
    ):
        answer = await owner.command(CHANNEL, "orp", **options)
        assert answer.ephemeral
        assert answer.content.startswith(sentence)
        assert not answer.attachments
        assert not answer.buttons


async def test_the_menu_of_a_racer_has_their_card(team: Team, owner: Member, mate: Member) -> None:
    await race(owner, mate)
    card = await mate.user_menu(owner, "ORP card", CHANNEL)
    assert card.ephemeral
    assert "racer-1: 15/10:38.3." in card.text
    assert_pictured(card, "orp.png")
    assert not (await mate.press(card, "Share")).ephemeral
    own = await owner.user_menu(owner, "ORP card", CHANNEL)
    assert "You: 15/10:38.3." in own.text
    nobody = team.add_member("racer-3")
    explained = await mate.user_menu(nobody, "ORP card", CHANNEL)
    assert "**racer-3** has no laps here yet." in explained.text
    assert not explained.attachments
    robot = next(member for member in team.guild.members.values() if member.user.bot)
    assert "Bots do not race" in (await mate.user_menu(robot, "ORP card", CHANNEL)).text
