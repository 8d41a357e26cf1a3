"""Messages as they look on a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from localdiscord import LocalDiscord, Screen, Upload, show_message
from localdiscord.play.cast import PADDOCK
from localdiscord.world.model import Message

TABLE = """\
 1 racer-2        92.7 ▲4.1 avant
   16/5:09.343 18.812⭐"""


async def posted(body: dict[str, Any], **files: bytes) -> Message:
    """A message of the bot, in a Discord nobody connects to."""
    discord = LocalDiscord(PADDOCK)
    channel = discord.guild().channel("race-day")
    uploads = {
        index: Upload(name.replace("_", "."), data)
        for index, (name, data) in enumerate(files.items())
    }
    return discord.world.post(channel, discord.world.bot_in(channel.guild), body, uploads)


async def shown(body: dict[str, Any], **files: bytes) -> str:
    return show_message(await posted(body, **files), Screen(zone=UTC))


async def test_a_summary() -> None:
    body = {
        "content": "🏁 **Q1** · Club Race: best ORP 92.4 racer-2",
        "embeds": [
            {
                "title": "Q1",
                "description": f"```\n{TABLE}\n```",
                "fields": [{"name": "Fast lap", "value": "*18.812*"}],
                "footer": {"text": "How sure are you of the car?"},
                "image": {"url": "attachment://chart.png"},
            },
        ],
        "components": [
            {
                "type": 1,
                "components": [
                    {"type": 2, "style": 2, "label": "Undo", "custom_id": "a"},
                    {"type": 2, "style": 2, "label": "Finish heat", "custom_id": "b"},
                    {"type": 2, "style": 2, "label": "Gone", "custom_id": "c", "disabled": True},
                ],
            },
        ],
    }
    text = await shown(body, chart_png=b"png")
    assert text.splitlines() == [
        "ORP Bot",
        "🏁 Q1 · Club Race: best ORP 92.4 racer-2",
        "│ Q1",
        "│    1 racer-2        92.7 ▲4.1 avant",
        "│      16/5:09.343 18.812⭐",
        "│",
        "│ Fast lap",
        "│ 18.812",
        "│",
        "│ How sure are you of the car?",
        "│ [picture chart.png]",
        "[Undo] [Finish heat] (Gone)",
    ]


async def test_what_no_card_shows_stands_above_it() -> None:
    text = await shown({"content": "", "embeds": [{"title": "Card"}]}, orp_png=b"png")
    assert text.splitlines() == ["ORP Bot", "📎 orp.png", "│ Card"]


async def test_nothing_is_wider_than_the_phone() -> None:
    text = await shown({"content": "word " * 40, "embeds": [{"description": "word " * 40}]})
    assert max(len(line) for line in text.splitlines()) <= 40
    rows = [
        {"type": 2, "style": 2, "label": "x" * 20, "custom_id": f"{number}"} for number in range(3)
    ]
    text = await shown({"content": "x", "components": [{"type": 1, "components": rows}]})
    assert max(len(line) for line in text.splitlines()) <= 40


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        (
            "**bold** *italic* __under__ ~~gone~~ `code` ||secret||",
            "bold italic under gone code secret",
        ),
        ("***both***", "both"),
        (r"\*not bold\* racer\_1", "*not bold* racer_1"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("# Title\n-# small", "Title\nsmall"),
        ("[the docs](https://example.org)", "the docs"),
        ("</lap:123> <:flag:456>", "/lap :flag:"),
        ("<t:1700000000:t> <t:1700000000:d>", "22:13 14/11/2023"),
        ("<t:1700000000>", "14 November 2023 22:13"),
        ("<@1> <@&1> <#1>", "@unknown-user @unknown-role #unknown"),
    ],
)
async def test_markdown(markdown: str, plain: str) -> None:
    text = show_message(await posted({"content": markdown}), Screen(80, UTC))
    assert text == f"ORP Bot\n{plain}"


async def test_mentions_are_names() -> None:
    discord = LocalDiscord(PADDOCK)
    team = discord.guild()
    team.add_member("racer-2", nick="Speedy")
    role = team.add_role("Crew")
    channel = team.channel("general")
    text = f"{team.member('racer-2').mention} {role.mention} {channel.mention}"
    assert "@Speedy @Crew #general" in show_message(team.owner.say("race-day", text))


async def test_times_are_local() -> None:
    message = await posted({"content": "<t:1700000000:t>"})
    assert "23:13" in show_message(message, Screen(zone=ZoneInfo("Europe/Berlin")))


async def test_today_and_tomorrow_read_the_same_every_day() -> None:
    message = await posted({"content": "<t:1700000000> <t:1700000000:f> <t:1700000000:t>"})
    for day, named in ((14, "today"), (13, "tomorrow"), (12, "14 November 2023")):
        screen = Screen(80, UTC, datetime(2023, 11, day, tzinfo=UTC).date())
        assert show_message(message, screen) == f"ORP Bot\n{named} 22:13 {named} 22:13 22:13"


async def test_files_are_shown_where_they_are_kept() -> None:
    body = {"content": "x", "embeds": [{"image": {"url": "attachment://chart.png"}}]}
    message = await posted(body, chart_png=b"png", laps_csv=b"csv")
    text = show_message(message, Screen(place_of=lambda file: f"kept/{file.filename}"))
    assert text == "ORP Bot\nx\n📎 kept/laps.csv\n│ [picture kept/chart.png]"


async def test_selects_and_layouts() -> None:
    options = [{"label": "Club Race", "value": "a"}, {"label": "Cup", "value": "b"}]
    select = {"type": 3, "custom_id": "s", "placeholder": "Which event?", "options": options}
    assert (await shown({"content": "x", "components": [{"type": 1, "components": [select]}]})) == (
        "ORP Bot\nx\n‹Which event? ▾›\n   Club Race\n   Cup"
    )
    layout = [{"type": 17, "components": [{"type": 10, "content": "# Heat\nover"}]}]
    assert await shown({"flags": 1 << 15, "components": layout}) == "ORP Bot\nHeat\nover"
