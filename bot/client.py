"""The Discord client: intents, mentions, set-up and shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

import discord
import structlog
import yarl
from discord.ext import commands
from discord.utils import oauth_url

from bot.app import App, WorkInHand
from bot.cogs.card import CardCog
from bot.cogs.data import DataCog
from bot.cogs.heat import HeatCog
from bot.cogs.lap_entry import LapEntryCog
from bot.cogs.menu import MenuCog
from bot.cogs.profile import ProfileCog
from bot.cogs.session import SessionCog
from bot.cogs.team import TeamCog
from bot.cogs.track import TrackCog
from bot.discord.cooldowns import cooldown_for_costly_work
from bot.discord.errors import log_unexpected
from bot.discord.listed import Lists
from bot.discord.parsing import Skipping
from bot.discord.patience import limit_answers, limit_requests
from bot.discord.reconnecting import connect_patiently
from bot.discord.tree import OrpTree, sync_when_changed
from bot.discord.trouble import passing
from bot.follower import Follower
from bot.heap import give_back_holes
from bot.liveness import Liveness
from bot.publisher import Publisher
from bot.studio import Studio
from bot.views import DYNAMIC_ITEMS, FORMS
from bot.views.base import refuse_unknown
from bot.views.base_form import route
from core.bootstrap import Services
from core.config import Settings
from core.measures import NOTHING, Measures
from core.outages import StoreUnavailable, reason_of
from core.results.server import ServersListed

CHORES_EVERY_S: Final = 20
# How often is looked whether a copy is due, and how soon one that failed is tried again.
COPY_LOOKED_AT_EVERY_S: Final = 600
# How often is looked for what is to be forgotten.
FORGET_EVERY_S: Final = 3600
# How long a shutdown waits for what is in hand; an interaction is answered well within it.
GRACE_S: Final = 10
# A longer rate limit is waited for by the outbox, not inside a request.
LONGEST_RATE_LIMIT_S: Final = 30

log = structlog.get_logger(__name__)


class OrpBot(commands.AutoShardedBot):
    """The bot: its commands, its services, and the work it does by itself."""

    def __init__(
        self,
        settings: Settings,
        services: Services,
        liveness: Liveness,
        measures: Measures = NOTHING,
    ) -> None:
        # discord.py refuses shard ids without a count, and an empty list of them.
        shards: dict[str, Any] = {}
        if settings.shard_count is not None:
            shards["shard_count"] = settings.shard_count
        if settings.shard_ids:
            shards["shard_ids"] = list(settings.shard_ids)
        # It never speaks: that libraries for voice are missing is no fault.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=OrpTree,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            **shards,
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=LONGEST_RATE_LIMIT_S,
            # The only messages are answers and posts; none needs to be remembered.
            max_messages=None,
            # Each attempt has its own limit.
            shard_connect_timeout=None,
        )
        self.liveness = liveness
        self._let_in: set[int] = set()
        # What each shard was told of its servers, once that is noted.
        self._lists: dict[int, ServersListed] = {}
        self._is_listed = asyncio.Event()
        liveness.is_connected = self._is_connected
        connect_patiently(liveness)
        limit_requests(self.http)
        Skipping(self.http).protect(self._connection.parsers)
        Lists(self._note_listed).watch(self._connection.parsers)
        self.app = App(
            services,
            Studio(measures=measures),
            cooldown_for_costly_work(),
            WorkInHand(),
            measures=measures,
        )
        gateway = settings.discord_gateway_url
        self._gateway = yarl.URL(gateway) if gateway else None
        self._publisher = Publisher(self.app, self)
        self._follower = Follower(self.app)
        self._own_work: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()

    async def setup_hook(self) -> None:
        """Add commands and buttons, register what has changed, start the work by itself."""
        limit_answers()
        for cog in (
            LapEntryCog(self.app),
            MenuCog(self.app, self.tree),
            HeatCog(self.app),
            CardCog(self.app, self.tree),
            ProfileCog(self.app),
            SessionCog(self.app),
            TeamCog(self.app),
            TrackCog(self.app),
            DataCog(self.app),
        ):
            await self.add_cog(cog)
        self.add_dynamic_items(*DYNAMIC_ITEMS)
        if self.application_id is not None:
            # A site that wonders who asks finds whom to ask: only now it is known who this is.
            self.app.services.elsewhere.fetcher.home = oauth_url(self.application_id)
        await self.liveness.patiently("Discord", partial(sync_when_changed, self.tree), passing)
        # What stands by now stands for good: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        self._own_work = [
            asyncio.create_task(self._publisher.run(), name="publisher"),
            asyncio.create_task(self._follower.run(), name="follower"),
            asyncio.create_task(
                self._again_and_again(self._do_chores, CHORES_EVERY_S), name="chores"
            ),
            # A big file takes longer than chores can wait.
            asyncio.create_task(
                self._again_and_again(self._copy_when_due, COPY_LOOKED_AT_EVERY_S), name="copies"
            ),
            asyncio.create_task(
                self._again_and_again(self._forget_again, FORGET_EVERY_S), name="forgetting"
            ),
            asyncio.create_task(
                self._again_and_again(self._forget_servers, FORGET_EVERY_S), name="servers"
            ),
        ]

    async def _again_and_again(self, work: Callable[[], Awaitable[object]], every_s: float) -> None:
        """Do work by itself until the bot stops; trouble only delays it."""
        while not self._stop.is_set():
            wait_s = every_s
            try:
                await work()
            except StoreUnavailable as error:
                wait_s = self.app.away.rest_after(error)
            except Exception as error:
                log_unexpected(error)
            await self._pause(wait_s)

    async def _do_chores(self) -> None:
        give_back_holes()
        await self.app.services.housekeeping.run()
        self.app.away.is_over()

    async def _copy_when_due(self) -> None:
        try:
            copy = await self.app.services.housekeeping.copy_each_night()
        except (OSError, sqlite3.Error) as error:
            log.error("no backup was made", reason=reason_of(error))
            return
        if copy is not None:
            log.info("backup made", file=str(copy))

    async def _forget_again(self) -> None:
        """Forget who was forgotten and is back with an older copy."""
        again = await self.app.services.data.forget_again()
        if again:
            log.info("forgotten again", racers_and_servers=again)

    async def _forget_servers(self) -> None:
        """Forget servers that are gone for long, once Discord has told which are there."""
        await self._until_listed()
        if self._stop.is_set() or not self._is_connected() or self.application_id is None:
            return
        # First: what could not be noted when it happened must not end in forgetting.
        here = {guild.id for guild in self.guilds}
        await self.app.services.server.are_here(self.application_id, here)
        gone = await self.app.services.server.forget_gone(self._lists.values())
        if gone:
            log.info("servers forgotten", servers=gone)

    async def _until_listed(self) -> None:
        """Wait until a shard was told which servers there are, or the bot stops."""
        waiting = {asyncio.create_task(each.wait()) for each in (self._is_listed, self._stop)}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()

    async def _note_listed(self, listed: ServersListed) -> None:
        """Mark the servers that have removed the bot while it was not there to be told."""
        self.app.work.take(listed)
        try:
            seen = await self.app.services.server.listed(listed)
        finally:
            self.app.work.let_go(listed)
        self._lists[listed.shard_id] = listed
        self._is_listed.set()
        if seen.marked:
            log.info("servers have removed the bot", shard=listed.shard_id, servers=seen.missing)
        elif seen.missing:
            log.warning(
                "more than half of the servers are missing at once: none is taken for gone; "
                "what is held of one that did remove the bot goes with orp-bot forget SERVER_ID",
                shard=listed.shard_id,
                missing=seen.missing,
                known=seen.known,
            )

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def on_ready(self) -> None:
        """Say that the bot can be used."""
        log.info("ready", guilds=len(self.guilds), shards=self.shard_count)

    async def on_shard_connect(self, shard_id: int) -> None:
        """Say that a shard is connected."""
        self._let_in.add(shard_id)
        log.info("connected", shard=shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Say that a shard is connected again and has missed nothing."""
        self._let_in.add(shard_id)
        log.info("connected again", shard=shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Say that a shard has lost its connection; it connects again by itself."""
        self._let_in.discard(shard_id)
        if not self._stop.is_set():
            log.warning("connection lost", shard=shard_id)

    async def _try_posts_again(self, guild_id: int) -> None:
        try:
            await self.app.services.outbox.unblock(guild_id)
        except StoreUnavailable as error:
            self.app.away.rest_after(error)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answer what discord.py would drop: forms after a restart, and buttons it cannot match."""
        if interaction.type is discord.InteractionType.modal_submit:
            await route(interaction, FORMS)
        elif interaction.type is discord.InteractionType.component:
            await refuse_unknown(interaction, DYNAMIC_ITEMS)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Take in a server: it may be back, and what the bot may do there can have changed.

        Discord tells of every server in this way after each start.
        """
        await self._take_in(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Mark a server that has removed the bot; one that is just unavailable stays."""
        try:
            await self.app.services.server.removed(guild.id)
        except StoreUnavailable as error:
            # It is noted when Discord lists the servers next.
            self.app.away.rest_after(error)
            return
        log.info("a server has removed the bot", server=guild.id)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Take in a server that could not be reached, or that is back."""
        await self._take_in(guild)

    async def _take_in(self, guild: discord.Guild) -> None:
        try:
            await self.app.services.server.is_back(guild.id)
        except StoreUnavailable as error:
            self.app.away.rest_after(error)
        await self._try_posts_again(guild.id)

    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Try held up posts again: the permissions of a channel may have changed."""
        if before.overwrites != after.overwrites:
            await self._try_posts_again(after.guild.id)

    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """Try held up posts again: the permissions of a role may have changed."""
        if before.permissions != after.permissions:
            await self._try_posts_again(after.guild.id)

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Try held up posts again: the bot may have been given a role."""
        if self.user is not None and after.id == self.user.id and before.roles != after.roles:
            await self._try_posts_again(after.guild.id)

    def _is_connected(self) -> bool:
        """Tell whether every shard of this process is connected, and Discord has let it in."""
        shards = self.shards
        wanted = self.shard_ids or range(self.shard_count or 1)
        return self._let_in.issuperset(wanted) and not any(
            shards[number].is_closed() for number in wanted
        )

    async def launch_shards(self) -> None:
        """Connect all shards; how many there are is asked for until Discord says."""
        await self.liveness.patiently("Discord", super().launch_shards, passing)

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        """Connect a shard, to the gateway of the settings where they name one."""
        await super().launch_shard(self._gateway or gateway, shard_id, initial=initial)

    async def close(self) -> None:
        """Stop taking work, finish what is in hand, close the gateway."""
        self._stop.set()
        self.app.work.is_stopping = True
        self._publisher.stop()
        self._follower.stop()
        with contextlib.suppress(TimeoutError):
            await self.app.work.wait_until_done(GRACE_S)
        if self._own_work:
            # A transaction that is cancelled half way would leave its connection's thread behind.
            await asyncio.wait(self._own_work, timeout=GRACE_S)
        await self.app.studio.close()
        await self.app.services.elsewhere.close()
        await super().close()
