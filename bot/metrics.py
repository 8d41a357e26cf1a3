"""Figures for whoever watches the bot: ``/metrics`` for Prometheus, ``/healthz``, ``/readyz``.

Needs the extra ``metrics``; nothing of this is loaded where ``METRICS_PORT`` is not set.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from math import isfinite
from typing import Final

import structlog
from aiohttp import web
from discord import AutoShardedClient
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0

from bot.health import health_of
from bot.liveness import Liveness
from bot.start_refused import StartRefused
from core.config import Listen
from core.measures import Measures
from core.outages import StoreUnavailable
from core.services.outbox import OutboxService

# Of seconds: an answer is expected within one, and deferred after one and a half.
_SECONDS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 3.0, 10.0, 30.0)
_STATEMENTS: Final = (1, 5, 10, 15, 20, 30, 50, 100)

log = structlog.get_logger(__name__)


class Metrics(Measures):
    """Counts, and shows what was counted.

    Args:
        listen: Where it is shown.
        liveness: What knows whether the bot is connected.
    """

    counts_statements = True

    def __init__(self, listen: Listen, liveness: Liveness) -> None:
        self._listen = listen
        self._liveness = liveness
        self._client: AutoShardedClient | None = None
        self._outbox: OutboxService | None = None
        self.registry = CollectorRegistry()
        own = self.registry
        asked = ["name", "outcome"]
        self._seconds = Histogram(
            "orp_bot_interaction_seconds",
            "Commands, buttons and forms, until they were answered.",
            asked,
            buckets=_SECONDS,
            registry=own,
        )
        self._statements = Histogram(
            "orp_bot_interaction_statements",
            "Statements they sent to the database.",
            ["name"],
            buckets=_STATEMENTS,
            registry=own,
        )
        self._pictures = Counter(
            "orp_bot_pictures", "Pictures drawn, or not.", ["outcome"], registry=own
        )
        self._sources = Counter(
            "orp_bot_sources", "Pages and files read, or why not.", ["outcome"], registry=own
        )
        self._errors = Counter(
            "orp_bot_database_errors", "Acts the database could not do.", ["reason"], registry=own
        )
        self._up = Gauge(
            "orp_bot_shard_up", "Whether a shard is connected.", ["shard"], registry=own
        )
        self._latency = Gauge(
            "orp_bot_shard_latency_seconds",
            "A shard's way there and back.",
            ["shard"],
            registry=own,
        )
        self._depth = Gauge("orp_bot_outbox_posts", "Posts that wait to be sent.", registry=own)
        self._oldest = Gauge(
            "orp_bot_outbox_oldest_seconds", "For how long the oldest one waits.", registry=own
        )

    def interaction(self, name: str, outcome: str, seconds: float, statements: int) -> None:
        """Count an interaction with its time and its statements."""
        self._seconds.labels(name, outcome).observe(seconds)
        self._statements.labels(name).observe(statements)

    def picture(self, outcome: str) -> None:
        """Count a picture."""
        self._pictures.labels(outcome).inc()

    def source(self, outcome: str) -> None:
        """Count a page or a file."""
        self._sources.labels(outcome).inc()

    def database_error(self, reason: str) -> None:
        """Count an act that the database could not carry out."""
        self._errors.labels(reason).inc()

    def shows(self, client: AutoShardedClient, outbox: OutboxService) -> None:
        """Show the shards of a client, and an outbox, from now on."""
        self._client, self._outbox = client, outbox

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        """Answer whoever asks; gives the port.

        Raises:
            StartRefused: The port is taken, or may not be used.
        """
        pages = web.Application()
        pages.router.add_get("/healthz", self._lives)
        pages.router.add_get("/readyz", self._is_ready)
        pages.router.add_get("/metrics", self._figures)
        runner = web.AppRunner(pages, access_log=None)
        await runner.setup()
        try:
            await self._listening(runner)
            port: int = runner.addresses[0][1]
            yield port
        finally:
            await runner.cleanup()

    async def _listening(self, runner: web.AppRunner) -> None:
        try:
            await web.TCPSite(runner, self._listen.host, self._listen.port).start()
        except OSError as error:
            raise StartRefused(f"METRICS_PORT cannot be used: {error.strerror}.") from None

    async def _lives(self, _: web.Request) -> web.Response:
        """Tell whether something hangs: a bot that waits on purpose does not."""
        is_well = self._liveness.is_well
        return web.Response(status=200 if is_well else 503, text=f"{self._liveness.status}\n")

    async def _is_ready(self, _: web.Request) -> web.Response:
        health = await health_of(self._liveness)
        return web.Response(status=200 if health.is_good else 503, text=f"{health.text}\n")

    async def _figures(self, _: web.Request) -> web.Response:
        for shard, info in (self._client.shards if self._client else {}).items():
            self._up.labels(shard).set(not info.is_closed())
            # None has been measured before the first heartbeat.
            self._latency.labels(shard).set(info.latency if isfinite(info.latency) else 0)
        if self._outbox is not None:
            with contextlib.suppress(StoreUnavailable):
                depth = await self._outbox.depth()
                self._depth.set(depth.waiting)
                self._oldest.set(depth.oldest.total_seconds())
        text = await asyncio.to_thread(generate_latest, self.registry)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_PLAIN_1_0_0})
