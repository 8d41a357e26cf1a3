"""A Discord for one machine: gateway and REST v10 over real sockets on loopback.

A newcomer has no token and a test has no internet. The unchanged bot and the real discord.py talk
to this instead, through ``DISCORD_API_URL`` and ``DISCORD_GATEWAY_URL``. It is as strict as
Discord, and it misbehaves on demand. Nothing here imports the bot, and the bot never imports this.

    async with LocalDiscord() as discord:
        ...  # start the bot with discord.bot_environment()
        await discord.ready()
        member = discord.guild("Team").member("ann")
        answer = await member.type("general", "/remind when:18:00")
"""

from __future__ import annotations

from localdiscord.client.answers import Answer, Choice
from localdiscord.client.driver import Cast, LocalDiscord
from localdiscord.client.people import Member, Team
from localdiscord.client.show import Screen, show_answer, show_message
from localdiscord.rules.errors import DriverError, NoAnswerError
from localdiscord.rules.permissions import Permissions
from localdiscord.world.files import Upload

__all__ = [
    "Answer",
    "Cast",
    "Choice",
    "DriverError",
    "LocalDiscord",
    "Member",
    "NoAnswerError",
    "Permissions",
    "Screen",
    "Team",
    "Upload",
    "show_answer",
    "show_message",
]
