"""A small real discord.py bot, with one of everything the local Discord has to carry.

Run as a module it is a bot process of its own; tests also run it inside their own loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import signal
from collections.abc import AsyncIterator
from typing import Literal, Self

import discord
import pytest
import yarl
from discord import app_commands

PREFIX = "stub"


class CountButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"{PREFIX}:count:(?P<wanted>\d+)",
):
    """A button that works after a restart: it says what it wants, not that it was pressed."""

    def __init__(self, wanted: int) -> None:
        super().__init__(
            discord.ui.Button(label=f"To {wanted}", custom_id=f"{PREFIX}:count:{wanted}"),
        )
        self.wanted = wanted

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,
        item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
    ) -> Self:
        return cls(int(match["wanted"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(CountButton(self.wanted + 1))
        await interaction.response.edit_message(content=f"count {self.wanted}", view=view)


class LapForm(discord.ui.Modal, title="Edit laps"):
    """A form in both shapes: a label around an input, and an input that is its own label."""

    laps: discord.ui.Label[Self] = discord.ui.Label(
        text="Laps",
        description="One a line",
        component=discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            custom_id="laps",
            default="58.2",
        ),
    )
    heat: discord.ui.Label[Self] = discord.ui.Label(
        text="Heat",
        component=discord.ui.Select(
            custom_id="heat",
            options=[discord.SelectOption(label="Q1"), discord.SelectOption(label="Q2")],
        ),
    )
    note: discord.ui.TextInput[Self] = discord.ui.TextInput(
        label="Note",
        custom_id="note",
        required=False,
        max_length=10,
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        laps, heat = self.laps.component, self.heat.component
        assert isinstance(laps, discord.ui.TextInput)
        assert isinstance(heat, discord.ui.Select)
        text = f"laps={laps.value!r} heat={heat.values} note={self.note.value!r}"
        if interaction.message is None:
            await interaction.response.send_message(text, ephemeral=True)
        else:
            await interaction.response.edit_message(content=text)


class Panel(discord.ui.View):
    """Buttons and selects under one message."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(CountButton(1))

    @discord.ui.button(label="Form", custom_id="panel:form")
    async def form(
        self,
        interaction: discord.Interaction,
        button: discord.ui.Button[Self],
    ) -> None:
        await interaction.response.send_modal(LapForm(custom_id="panel:lap-form"))

    @discord.ui.button(label="Later", custom_id="panel:later")
    async def later(
        self,
        interaction: discord.Interaction,
        button: discord.ui.Button[Self],
    ) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="edited later")
        await interaction.followup.send("and a follow-up", ephemeral=True)

    @discord.ui.button(label="Locked", custom_id="panel:locked", disabled=True)
    async def locked(
        self,
        interaction: discord.Interaction,
        button: discord.ui.Button[Self],
    ) -> None:
        await interaction.response.send_message("unlocked", ephemeral=True)

    @discord.ui.select(
        custom_id="panel:event",
        placeholder="Which event?",
        options=[
            discord.SelectOption(label="Club Race", value="club"),
            discord.SelectOption(label="Cup", value="cup", description="On Sunday"),
        ],
    )
    async def event(
        self,
        interaction: discord.Interaction,
        select: discord.ui.Select[Self],
    ) -> None:
        await interaction.response.send_message(f"chose {select.values}", ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="panel:who", max_values=2)
    async def who(
        self,
        interaction: discord.Interaction,
        select: discord.ui.UserSelect[Self],
    ) -> None:
        names = ", ".join(user.display_name for user in select.values)
        await interaction.response.send_message(f"picked {names}", ephemeral=True)


class StubBot(discord.AutoShardedClient):
    """The bot."""

    def __init__(
        self,
        *,
        shards: tuple[list[int], int] | None = None,
    ) -> None:
        shard_ids, shard_count = shards or ([0], 1)
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            shard_count=shard_count,
            shard_ids=shard_ids,
            guild_ready_timeout=0.1,
        )
        self.tree = app_commands.CommandTree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
        )
        self.seen: list[int] = []
        add_commands(self.tree)

    async def setup_hook(self) -> None:
        self.add_view(Panel())
        self.add_dynamic_items(CountButton)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait the 5 seconds between shards that the real Discord asks for."""

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.seen.append(interaction.id)


def add_commands(tree: app_commands.CommandTree[StubBot]) -> None:
    """Register everything."""

    @tree.command(description="Say it again")
    async def echo(interaction: discord.Interaction, text: str, public: bool = False) -> None:
        embed = discord.Embed(title="Echo", description=text).set_footer(text="that is all")
        await interaction.response.send_message(
            text,
            embed=embed,
            view=Panel(),
            ephemeral=not public,
        )

    @tree.command(description="Think first")
    async def think(interaction: discord.Interaction, text: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        first = await interaction.followup.send(text, wait=True)
        await interaction.followup.send("one more")
        await first.edit(content=f"{text}!")

    @tree.command(description="Answer after so many milliseconds")
    async def wait(interaction: discord.Interaction, milliseconds: int) -> None:
        await asyncio.sleep(milliseconds / 1000)
        with contextlib.suppress(discord.NotFound):
            await interaction.response.send_message("at last", ephemeral=True)

    @tree.command(description="One option of each type")
    @app_commands.rename(class_="class")
    async def types(
        interaction: discord.Interaction,
        number: app_commands.Range[int, 1, 5],
        racer: discord.Member | None = None,
        channel: discord.TextChannel | None = None,
        role: discord.Role | None = None,
        file: discord.Attachment | None = None,
        level: Literal["Sportsman", "Pro"] | None = None,
        ratio: float | None = None,
        class_: app_commands.Range[str, 1, 10] | None = None,
    ) -> None:
        said = [f"number={number}"]
        if racer is not None:
            said.append(f"racer={racer.display_name}")
        if channel is not None:
            said.append(f"channel={channel.name}")
        if role is not None:
            said.append(f"role={role.name}")
        if file is not None:
            said.append(f"file={file.filename}:{(await file.read()).decode()}")
        said += [f"{name}={value}" for name, value in (("level", level), ("ratio", ratio))]
        said.append(f"class={class_}")
        await interaction.response.send_message(" ".join(said), ephemeral=True)

    @tree.command(description="Open the form")
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(LapForm(custom_id="command:lap-form"))

    @tree.command(description="Post in this channel")
    async def post(interaction: discord.Interaction, text: str, file: bool = False) -> None:
        assert isinstance(interaction.channel, discord.TextChannel)
        embed = discord.Embed(description=text)
        files = []
        if file:
            files.append(discord.File(io.BytesIO(b"picture"), "laps.png"))
            embed.set_image(url="attachment://laps.png")
        message = await interaction.channel.send(
            text,
            embed=embed,
            files=files,
            nonce="once",
            silent=True,
        )
        await message.edit(content=f"{text} (edited)")
        history = [item.id async for item in interaction.channel.history(limit=5)]
        await interaction.response.send_message(f"{message.id in history}", ephemeral=True)

    @tree.command(description="Show a file")
    async def show(interaction: discord.Interaction) -> None:
        file = discord.File(io.BytesIO(b"lap,time\n"), "laps.csv")
        await interaction.response.send_message("a file", file=file, ephemeral=True)

    @tree.context_menu(name="Log laps")
    async def log_laps(interaction: discord.Interaction, message: discord.Message) -> None:
        text = f"read {message.content!r} by {message.author.display_name}"
        await interaction.response.send_message(text, ephemeral=True)

    @tree.context_menu(name="ORP card")
    async def orp_card(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"card of {member.display_name}", ephemeral=True)

    group = app_commands.Group(name="heat", description="Heats")

    @group.command(description="Open a heat")
    async def start(
        interaction: discord.Interaction,
        name: str | None = None,
        note: str = "",
    ) -> None:
        text = f"opened {name or 'Q1'} {note}".strip()
        await interaction.response.send_message(text, ephemeral=True)

    @start.autocomplete("name")
    async def names(
        interaction: discord.Interaction,
        current: str,
    ) -> list[app_commands.Choice[str]]:
        found = [name for name in ("Q1", "Q2", "Main") if current.casefold() in name.casefold()]
        note = interaction.namespace.note
        return [app_commands.Choice(name=f"{name} {note}".strip(), value=name) for name in found]

    tree.add_command(group)
    add_race_commands(tree, group)


def add_race_commands(
    tree: app_commands.CommandTree[StubBot],
    heat: app_commands.Group,
) -> None:
    """Register what the demonstration types."""
    session = app_commands.Group(name="session", description="Sessions")
    laps: dict[str, list[str]] = {}

    @session.command(name="start", description="Open a session")
    async def session_start(
        interaction: discord.Interaction,
        name: str,
        qualifying_rounds: int = 0,
    ) -> None:
        await interaction.response.send_message(f"{name} is open", ephemeral=True)

    @tree.command(description="Store laps")
    async def lap(interaction: discord.Interaction, times: str) -> None:
        stored = laps.setdefault(interaction.user.display_name, [])
        stored += times.split()
        view = discord.ui.View(timeout=None)
        view.add_item(CountButton(len(stored)))
        await interaction.response.send_message(f"lap {len(stored)}", view=view, ephemeral=True)

    @heat.command(description="Close the heat")
    async def finish(interaction: discord.Interaction) -> None:
        assert isinstance(interaction.channel, discord.TextChannel)
        await interaction.response.send_message("finished", ephemeral=True)
        lines = [f"{name} {len(times)} laps" for name, times in laps.items()]
        text = "\n".join(["🏁 Q1 · Club Race", *lines])
        await interaction.channel.send(text, view=Panel())

    tree.add_command(session)
    tree.add_command(team_settings())


def team_settings() -> app_commands.Group:
    """What the demonstration sets first."""
    team = app_commands.Group(name="team", description="Settings")

    @team.command(description="Where summaries go")
    async def channel(interaction: discord.Interaction, channel: discord.TextChannel) -> None:
        await interaction.response.send_message(f"to {channel.name}", ephemeral=True)

    @team.command(description="Who is crew")
    async def crew(interaction: discord.Interaction, role: discord.Role) -> None:
        await interaction.response.send_message(f"{role.name} is crew", ephemeral=True)

    return team


def redirect(api_url: str, gateway_url: str, patch: pytest.MonkeyPatch) -> None:
    """Send discord.py to the local Discord, with the two class attributes that do it."""
    patch.setattr(discord.http.Route, "BASE", api_url)
    gateway = yarl.URL(gateway_url)
    patch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)


@contextlib.asynccontextmanager
async def running(bot: StubBot, token: str) -> AsyncIterator[StubBot]:
    """Run a bot in this loop."""
    task = asyncio.create_task(bot.start(token))
    try:
        yield bot
    finally:
        await bot.close()
        with contextlib.suppress(discord.DiscordException):
            await task


async def main() -> None:
    """Be a bot process, until told to stop."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with pytest.MonkeyPatch.context() as patch:
        redirect(os.environ["DISCORD_API_URL"], os.environ["DISCORD_GATEWAY_URL"], patch)
        async with running(StubBot(), os.environ["DISCORD_TOKEN"]):
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
