"""Race day as a racer lives it: typed into Discord, posted in the team channel."""

from __future__ import annotations

import csv
import io

import pytest

from core.first_crossing import is_first_crossing
from core.laps import Lap as DrivenLap
from core.laptimes import format_lap
from core.scoring.liverc_row import live_rc_row
from core.scoring.orp import calculate_orp
from localdiscord.client.people import Member, Team
from tests.e2e.driving import close
from tests.e2e.real_heats import laps_of, typed

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"


def score_of(laps_ms: list[int]) -> str:
    """Return the ORP the formula gives for laps typed into a heat."""
    counting = laps_ms[1:] if is_first_crossing(laps_ms) else laps_ms
    result = calculate_orp(counting)
    assert result is not None
    return f"{result.orp_score:.1f}"


async def test_a_real_heat_of_two_drivers_is_posted_with_the_formulas_scores(
    team: Team, owner: Member, mate: Member
) -> None:
    first = laps_of("2wd-q1-heat5", "driver-08")
    second = laps_of("2wd-q1-heat5", "driver-13")
    channel = team.channel(CHANNEL)
    await owner.type(channel, "/session start name:Club Race qualifying_rounds:4")
    answer = await owner.type(channel, f"/lap times:{typed(first)}")
    assert "Q1" in answer.text
    assert score_of(first) in answer.text
    assert answer.ephemeral
    await mate.type(channel, f"/lap times:{typed(second)}")
    await owner.press(answer, "Finish heat")
    post = await channel.wait_for(lambda message: "🏁" in message.content)
    best = max(score_of(first), score_of(second), key=float)
    fast = min((*first, *second))
    assert post.content.startswith(f"🏁 Q1 · Club Race: best ORP {best} ")
    assert f"fast lap {format_lap(fast)}" in post.content
    for laps in (first, second):
        assert score_of(laps) in post.text
        assert (
            live_rc_row([DrivenLap(n, t) for n, t in enumerate(laps, 1)]).total.text() in post.text
        )
    assert len(channel.messages) == 1


async def test_the_post_stays_true_when_a_lap_is_corrected(team: Team, owner: Member) -> None:
    channel = team.channel(CHANNEL)
    answer = await owner.type(channel, "/lap times:20.1 20.2 20.3 20.1 heat:Q1")
    await owner.press(answer, "Finish heat")
    post = await channel.wait_for(lambda message: "🏁" in message.content)
    late = await owner.type(channel, "/lap times:19.5 heat:Q1")
    edited = await channel.wait_for(lambda message: "19.500" in message.content)
    assert edited.id == post.id
    await owner.press(late, "Undo")
    again = await channel.wait_for(
        lambda message: message.id == post.id and "19.500" not in message.content, 10
    )
    assert "fast lap 20.100" in again.content
    assert len(channel.messages) == 1


async def test_the_run_to_the_loop_is_left_out_until_it_is_counted(
    team: Team, owner: Member
) -> None:
    laps = laps_of("nitro-q1", "driver-17")
    channel = team.channel(CHANNEL)
    answer = await owner.type(channel, f"/lap times:{typed(laps)}")
    without = calculate_orp(laps[1:])
    with_it = calculate_orp(laps)
    assert without is not None
    assert with_it is not None
    assert f"{without.orp_score:.1f}" in answer.text
    counted = await owner.press(answer, "Count it")
    assert f"{with_it.orp_score:.1f}" in counted.text
    card = await owner.type(channel, "/orp")
    assert f"{with_it.orp_score:.1f}" in card.text


async def test_the_whole_tour_of_commands(team: Team, owner: Member, mate: Member) -> None:
    channel = team.channel(CHANNEL)
    say = owner.type
    assert "/lap times:" in (await say(channel, "/orp")).text, "the explanation has an example"
    assert "Club Race" in (await say(channel, "/session start name:Club Race days:2")).text
    assert "Buggy Q1" in (await say(channel, "/heat start name:Q1 class:Buggy")).text
    await say(channel, "/lap times:20.1 20.2 20.4 confidence:2")
    rejected = await say(channel, "/orp")
    assert "2/5" in rejected.text
    shared = await owner.press(rejected, "Share")
    assert not shared.ephemeral
    assert "Q2" in (await say(channel, "/heat start")).text
    assert "Q1" in (await say(channel, "/heat list")).text
    assert "Semi" in (await say(channel, "/heat rename heat:Q2 name:Semi")).text
    asked = await say(channel, "/heat delete heat:Semi")
    await owner.press(asked, "Delete")
    assert "Semi" not in (await say(channel, "/heat list")).text
    refused = await mate.type(channel, "/heat delete heat:Q1")
    assert "crew" in refused.text
    assert "Pro" in (await say(channel, "/profile experience:Pro driver_name:R. ONE")).text
    assert "R. ONE" in (await mate.type(channel, "/profile racer:@racer-1")).text
    assert "Europe/Berlin" in (await say(channel, "/team timezone name:Europe/Berlin")).text
    assert "45" in (await say(channel, "/team auto_finish minutes:45")).text
    assert "Manage Server" in (await mate.type(channel, "/team auto_finish minutes:5")).text
    await say(channel, "/team channel channel:#general")
    shown = await say(channel, "/team show")
    assert "45" in shown.text
    await say(channel, "/session edit track:Arena qualifying_rounds:3")
    assert "20.100" in (await say(channel, "/session show")).text
    exported = await say(channel, "/session export")
    rows = list(csv.DictReader(io.StringIO(exported.attachments[0].data.decode())))
    assert [row["lap_time"] for row in rows] == ["20.100", "20.200", "20.400"]
    assert rows[0]["class"] == "Buggy"
    closed = await say(channel, "/session close")
    assert "Club Race" in closed.text
    asked = await say(channel, "/session delete session:Club Race")
    await owner.press(asked, "Delete")
    assert "Club Race" not in (await say(channel, "/session list")).text


async def test_the_wrap_up_tells_bests_and_time_lost_and_follows_corrections(
    team: Team, owner: Member, mate: Member
) -> None:
    channel = team.channel(CHANNEL)
    await owner.type(channel, "/session start name:Saturday track:Arena")
    await owner.type(channel, "/lap times:20.3 20.2 20.4 heat:Q1")
    await owner.type(channel, "/session close")
    await owner.type(channel, "/session start name:Sunday track:Arena")
    first = await owner.type(channel, "/lap times:20.3 20.2 20.4 25.3 20.3 heat:Q1")
    assert "⭐" not in first.text
    await mate.type(channel, "/lap times:19.5 19.6 heat:Q1")
    second = await owner.type(channel, "/lap times:20.3 20.1 20.4 heat:Q2")
    assert "⭐ Your best at Arena: 20.100 (was 20.200)" in second.text
    await close(owner)
    post = await channel.wait_for(lambda message: "Sunday is over" in message.content)
    assert "⭐ Personal bests at Arena\nracer-1 20.100 (was 20.200)" in post.text
    assert "Seconds lost to mistakes\nracer-1 5.0" in post.text
    await owner.press(second, "Undo")
    await owner.press(first, "Undo")
    await channel.wait_for(lambda message: message is post and "racer-1" not in post.text)
    assert "⭐" not in post.text
    assert "Seconds lost to mistakes" not in post.text
    assert len([message for message in channel.messages if "is over" in message.content]) == 2


async def test_names_are_offered_as_they_are_typed(team: Team, owner: Member) -> None:
    channel = team.channel(CHANNEL)
    await owner.type(channel, "/session start name:Club Race track:Arena")
    await owner.type(channel, "/heat start name:Q1 class:Buggy")
    await owner.type(channel, "/heat start name:Q1 class:Truggy")
    heats = await owner.autocomplete(channel, "lap", {"times": "58.2"}, focused=("heat", "q1"))
    assert {choice.name for choice in heats} == {"Buggy Q1", "Truggy Q1"}
    classes = await owner.autocomplete(channel, "lap", {"times": "58.2"}, focused=("class", "tru"))
    assert [choice.name for choice in classes] == ["Truggy"]
    zones = await owner.autocomplete(channel, "team timezone", {}, focused=("name", "new york"))
    assert [choice.value for choice in zones] == ["America/New_York"]
    everything = await owner.autocomplete(channel, "orp", {}, focused=("heat", ""))
    assert "all" in {choice.value for choice in everything}
    stored = await owner.command(channel, "lap", times="20.1 20.2", heat=heats[0].value)
    assert heats[0].name in stored.text


async def test_bad_input_gets_one_sentence_and_stores_nothing(team: Team, owner: Member) -> None:
    channel = team.channel(CHANNEL)
    for line, word in {
        "/lap times:58.1 58..2 58.3": "58..2",
        "/lap times:14/5:05.123": "14 laps",
        "/lap times:58,59": "58.59",
        "/lap times:58.1 heat:all": "all",
    }.items():
        answer = await owner.type(channel, line)
        assert word in answer.text
        assert [button.label for button in answer.buttons] == ["Fix it"]
    outside = await owner.command(channel, "lap", raw=True, times="58.1", confidence=9)
    assert "1" in outside.text
    assert "No session" in (await owner.type(channel, "/heat list")).text
    assert not channel.messages
