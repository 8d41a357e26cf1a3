"""Trouble on demand: what a page may switch on and off, through the driver's own mischief."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from localdiscord.api.mischief import Mischief, Rule
from localdiscord.client.driver import LocalDiscord
from localdiscord.rules.errors import DriverError
from localdiscord.rules.permissions import Permissions, named
from localdiscord.rules.wire import JsonObject
from localdiscord.world.model import Channel, Guild

DENIABLE: Final = ("view_channel", "send_messages", "embed_links", "attach_files")
SLOW_S: Final = 2.0
RETRY_AFTER_S: Final = 1.0

TARGETS: Final[Mapping[str, tuple[str, str, str]]] = {
    "all": ("every request", "*", "*"),
    "answer": (
        "first answers",
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
    ),
    "later": ("edits of answers", "PATCH", "/webhooks/*"),
    "post": ("new messages", "POST", "/channels/{channel_id}/messages"),
    "edit": ("edits of messages", "PATCH", "/channels/{channel_id}/messages/{message_id}"),
}
"""Which requests: how they are called, the method, the route."""


def _limit(mischief: Mischief, method: str, route: str, times: int | None) -> None:
    mischief.rate_limit(method, route, retry_after=RETRY_AFTER_S, times=times)


def _fail(mischief: Mischief, method: str, route: str, times: int | None) -> None:
    mischief.fail(method, route, times=times)


def _slow(mischief: Mischief, method: str, route: str, times: int | None) -> None:
    mischief.slow(method, route, seconds=SLOW_S, times=times)


def _hold(mischief: Mischief, method: str, route: str, times: int | None) -> None:
    mischief.hold(method, route, times=times)


def _drop(mischief: Mischief, method: str, route: str, times: int | None) -> None:
    mischief.drop(method, route, times=times)


KINDS: Final[Mapping[str, Callable[[Mischief, str, str, int | None], None]]] = {
    "rate_limit": _limit,
    "fail": _fail,
    "slow": _slow,
    "hold": _hold,
    "drop": _drop,
}


def state(discord: LocalDiscord, guild: Guild) -> JsonObject:
    """Return what is switched on."""
    bot = discord.world.bot
    return {
        "rules": [{"text": _described(rule), "seen": rule.seen} for rule in discord.mischief.rules],
        "denied": {
            str(channel.id): [
                name
                for name in DENIABLE
                if bot.id in channel.overwrites
                and channel.overwrites[bot.id].deny & Permissions[name.upper()]
            ]
            for channel in guild.channels.values()
        },
        "targets": [{"key": key, "name": name} for key, (name, _, _) in TARGETS.items()],
    }


def add(discord: LocalDiscord, kind: str, target: str, times: int | None) -> None:
    """Switch something on, for so many requests or until it is switched off.

    Raises:
        DriverError: there is no such trouble, or no such requests.
    """
    if kind not in KINDS or target not in TARGETS:
        message = f"There is no trouble “{kind}” with “{target}”."
        raise DriverError(message)
    _, method, route = TARGETS[target]
    KINDS[kind](discord.mischief, method, route, times)


def gateway(discord: LocalDiscord, what: str) -> None:
    """Make the gateway misbehave at once.

    Raises:
        DriverError: it has no such trouble.
    """
    troubles = {
        "drop": discord.gateway.drop,
        "reconnect": discord.gateway.reconnect,
        "invalidate": discord.gateway.invalidate,
        "twice": discord.deliver_twice,
    }
    if what not in troubles:
        message = f"The gateway has no trouble “{what}”."
        raise DriverError(message)
    troubles[what]()


def deny(discord: LocalDiscord, channel: Channel, names: list[str]) -> None:
    """Take permissions in a channel away from the bot, and give back the others.

    Raises:
        DriverError: one of them is none that can be taken.
    """
    if not set(names) <= set(DENIABLE):
        message = f"Only these can be taken away: {', '.join(DENIABLE)}."
        raise DriverError(message)
    discord.world.set_bot_permissions(channel, deny=named(*names))


def _described(rule: Rule) -> str:
    targets = {(method, route): name for name, method, route in TARGETS.values()}
    what = targets.get((rule.method, rule.route), f"{rule.method} {rule.route}")
    if rule.hold is not None:
        does = "never answered"
    elif rule.drop:
        does = "connection cut"
    elif rule.delay_s:
        does = f"{rule.delay_s:g} s late"
    else:
        does = f"answered {rule.error.status}" if rule.error is not None else "left alone"
    left = "until switched off" if rule.times is None else f"{rule.times - rule.seen} more"
    return f"{what}: {does}, {left}"
