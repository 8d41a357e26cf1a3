"""What can go wrong: Discord's own answers, and mistakes of whoever drives the local Discord."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from localdiscord.rules.wire import JsonObject

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a request body, at a path in it."""

    path: Path
    code: str
    message: str

    def __str__(self) -> str:
        where = ".".join(str(part) for part in self.path) or "body"
        return f"{where}: {self.message}"


class DiscordError(Exception):
    """An error Discord answers with: HTTP status, JSON error code, sentence."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        extra: JsonObject | None = None,
        headers: dict[str, str] | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra or {}
        self.headers = headers or {}
        self.problems = problems
        """What in the request's body led to it."""

    def payload(self) -> JsonObject:
        """Return the JSON body of the answer."""
        return {"message": self.message, "code": self.code, **self.extra}


def unauthorized() -> DiscordError:
    """Say that the token is wrong."""
    return DiscordError(401, 0, "401: Unauthorized")


def unknown_route(operation: str | None) -> DiscordError:
    """Say that there is no such address, or that only Discord has it, by its name there."""
    there = f": Discord's {operation} is not in the local Discord" if operation else ""
    return DiscordError(404, 0, f"404: Not Found{there}")


def unknown_channel() -> DiscordError:
    """Say that the channel is gone."""
    return DiscordError(404, 10003, "Unknown Channel")


def unknown_guild() -> DiscordError:
    """Say that the server is gone, or the bot is not in it."""
    return DiscordError(404, 10004, "Unknown Guild")


def unknown_member() -> DiscordError:
    """Say that nobody of that id is in the server."""
    return DiscordError(404, 10007, "Unknown Member")


def unknown_message() -> DiscordError:
    """Say that the message is gone."""
    return DiscordError(404, 10008, "Unknown Message")


def unknown_user() -> DiscordError:
    """Say that there is nobody of that id."""
    return DiscordError(404, 10013, "Unknown User")


def unknown_webhook() -> DiscordError:
    """Say that no interaction with that token has been answered."""
    return DiscordError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> DiscordError:
    """Say that the interaction is not known, or the answer came too late."""
    return DiscordError(404, 10062, "Unknown interaction")


def unknown_command() -> DiscordError:
    """Say that there is no command of that id."""
    return DiscordError(404, 10063, "Unknown application command")


def too_large() -> DiscordError:
    """Say that the files weigh too much."""
    return DiscordError(413, 40005, "Request entity too large")


def already_answered() -> DiscordError:
    """Say that it is a second first answer."""
    return DiscordError(400, 40060, "Interaction has already been acknowledged.")


def missing_access() -> DiscordError:
    """Say that the bot cannot see the channel or the list it asks for."""
    return DiscordError(403, 50001, "Missing Access")


def not_the_author() -> DiscordError:
    """Say that only its author edits a message."""
    return DiscordError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> DiscordError:
    """Say that a message has nothing in it."""
    problem = Problem((), "EMPTY", "Cannot send an empty message")
    return DiscordError(400, 50006, problem.message, problems=[problem])


def missing_permissions() -> DiscordError:
    """Say that the bot may not do that here."""
    return DiscordError(403, 50013, "Missing Permissions")


def dead_token() -> DiscordError:
    """Say that the interaction's 15 minutes are over."""
    return DiscordError(401, 50027, "Invalid Webhook Token")


def invalid_json() -> DiscordError:
    """Say that the body cannot be read."""
    return DiscordError(400, 50109, "The request body contains invalid JSON.")


def invalid_form(problems: list[Problem]) -> DiscordError:
    """Say that the body breaks a rule; Discord names each place."""
    errors: JsonObject = {}
    for problem in problems:
        node = errors
        for part in problem.path:
            node = node.setdefault(str(part), {})
        node.setdefault("_errors", []).append({"code": problem.code, "message": problem.message})
    return DiscordError(
        400,
        50035,
        "Invalid Form Body",
        extra={"errors": errors},
        problems=problems,
    )


def rate_limited(retry_after: float, *, everywhere: bool, code: int, message: str) -> DiscordError:
    """Say that there were too many requests; ``retry_after`` in seconds."""
    return DiscordError(
        429,
        code,
        message,
        extra={"retry_after": retry_after, "global": everywhere},
        # Without it discord.py takes the answer for a ban and raises at once.
        headers={"Via": "1.1 google", "Retry-After": str(max(1, round(retry_after)))},
    )


class DriverError(Exception):
    """Something a person at a Discord client could not do, said in a sentence."""


class NoAnswerError(DriverError):
    """The bot did not answer in time."""
