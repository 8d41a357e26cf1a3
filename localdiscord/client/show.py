"""A message as plain text, as it looks on a narrow phone."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from operator import attrgetter
from typing import Final

from localdiscord.client.answers import NO_RESPONSE, Answer
from localdiscord.rules.wire import JsonObject
from localdiscord.world.components import Select, texts_of
from localdiscord.world.files import Attachment
from localdiscord.world.model import Message

WIDTH: Final = 40
PRIVATE: Final = "Only you can see this"
THINKING: Final = "is thinking…"

_BLOCK: Final = re.compile(r"```(?:[a-zA-Z0-9+-]+\n)?\n?(.*?)\n?```", re.DOTALL)
_TIME: Final = re.compile(r"<t:(-?\d+)(?::([tTdDfFR]))?>")
_MARKS: Final = re.compile(r"(\*\*\*|\*\*|\*|__|~~|\|\||`)(?=\S)(.+?)(?<=\S)\1")
_LINK: Final = re.compile(r"\[([^\]]+)\]\((?:<)?https?://[^)]+\)")
_LINE_MARK: Final = re.compile(r"^(?:#{1,3} |-# )", re.MULTILINE)
_ESCAPE: Final = re.compile(r"\\([\\*_~`|>#\-\[\]()<@:.!])")
_HIDDEN: Final = 0xE000
"""Where the private use characters begin."""
_TIME_FORMATS: Final = {
    "t": "%H:%M",
    "T": "%H:%M:%S",
    "d": "%d/%m/%Y",
    "D": "%d %B %Y",
    "f": "%d %B %Y %H:%M",
    "F": "%A, %d %B %Y %H:%M",
    "R": "%d %B %Y %H:%M",
}


@dataclass(frozen=True)
class Screen:
    """What messages are shown on."""

    width: int = WIDTH
    """Its columns; code blocks are kept as they are, however wide."""
    zone: tzinfo | None = None
    """The time zone times are shown in; that of this machine when not given."""
    today: date | None = None
    """When given, this day and the next are named so, which reads the same every day."""
    place_of: Callable[[Attachment], str] = attrgetter("filename")
    """Where a person finds a file."""


PHONE: Final = Screen()


def show_message(message: Message, screen: Screen = PHONE) -> str:
    """Return a message as one sees it."""
    width = screen.width
    reader = _Reader(message, screen)
    lines = [f"{message.author.global_name or message.author.name}"]
    if message.loading:
        lines[0] += f" {THINKING}"
    lines += reader.text(message.content, width)
    for text in texts_of(message.components):
        lines += reader.text(text, width)
    in_cards = [str((embed.get("image") or {}).get("url")) for embed in message.embeds]
    # What no card shows stands above them.
    lines += [
        f"📎 {screen.place_of(item)}"
        for item in message.attachments
        if not _is_shown(item, in_cards)
    ]
    for embed in message.embeds:
        lines += ["│ " + line for line in reader.embed(embed, width - 2)]
    lines += _controls(message, width)
    if message.ephemeral:
        lines.append(f"({PRIVATE})")
    return "\n".join(line.rstrip() for line in lines)


def _is_shown(item: Attachment, pictures: list[str]) -> bool:
    return any(url.endswith(f"/{item.filename}") for url in pictures)


def show_answer(answer: Answer, screen: Screen = PHONE) -> str:
    """Return an answer as one sees it, with everything that came after it."""
    if answer.failed:
        return NO_RESPONSE
    parts = [show_message(message, screen) for message in answer.messages]
    if answer.modal is not None:
        labels = ", ".join(field.label for field in answer.modal.fields)
        parts.append(f"A form opens: {answer.modal.title} ({labels})")
    return "\n\n".join(parts)


class _Reader:
    """Turns Discord's markdown into plain lines."""

    def __init__(self, message: Message, screen: Screen) -> None:
        self._guild = message.channel.guild
        self._screen = screen
        self._places = {item.url: item for item in message.attachments}

    def text(self, text: str, width: int) -> list[str]:
        """Return a text's lines, wrapped, with code blocks as they are."""
        lines: list[str] = []
        for index, part in enumerate(_BLOCK.split(text)):
            if index % 2:
                lines += ["  " + line for line in part.split("\n")]
            elif part.strip():
                for line in self._plain(part.strip("\n")).split("\n"):
                    lines += textwrap.wrap(line, width) or [""]
        return lines

    def embed(self, embed: JsonObject, width: int) -> list[str]:
        """Return an embed's lines, without its frame."""
        lines = []
        for text in (
            (embed.get("author") or {}).get("name"),
            embed.get("title"),
            embed.get("description"),
        ):
            lines += self.text(text or "", width)
        for field in embed.get("fields") or []:
            lines += ["", *self.text(field["name"], width), *self.text(field["value"], width)]
        footer = (embed.get("footer") or {}).get("text")
        if footer:
            lines += ["", *self.text(footer, width)]
        picture = (embed.get("image") or {}).get("url")
        if picture in self._places:
            lines.append(f"[picture {self._screen.place_of(self._places[picture])}]")
        elif picture:
            lines.append(f"[picture {picture.rsplit('/', 1)[-1]}]")
        return lines

    def _plain(self, text: str) -> str:
        # What is escaped is put out of the way of the marks, and back at the end.
        text = _ESCAPE.sub(lambda match: chr(_HIDDEN + ord(match[1])), text)
        text = _TIME.sub(self._time, text)
        text = re.sub(r"<@!?(\d+)>", self._person, text)
        text = re.sub(r"<@&(\d+)>", self._role, text)
        text = re.sub(r"<#(\d+)>", self._channel, text)
        text = re.sub(r"<(/[^:>]+):\d+>", r"\1", text)
        text = re.sub(r"<a?(:\w+:)\d+>", r"\1", text)
        text = _LINE_MARK.sub("", _LINK.sub(r"\1", text))
        before = ""
        while before != text:
            before, text = text, _MARKS.sub(r"\2", text)
        return "".join(
            chr(ord(letter) - _HIDDEN) if _HIDDEN <= ord(letter) < _HIDDEN + 128 else letter
            for letter in text
        )

    def _time(self, match: re.Match[str]) -> str:
        zone, today = self._screen.zone, self._screen.today
        moment = datetime.fromtimestamp(int(match[1]), zone).astimezone(zone)
        if today is not None and match[2] in (None, "f", "F"):
            for day, name in ((today, "today"), (today + timedelta(days=1), "tomorrow")):
                if moment.date() == day:
                    return f"{name} {moment:%H:%M}"
        return moment.strftime(_TIME_FORMATS[match[2] or "f"])

    def _person(self, match: re.Match[str]) -> str:
        member = self._guild.members.get(int(match[1]))
        return f"@{member.display_name if member else 'unknown-user'}"

    def _role(self, match: re.Match[str]) -> str:
        role = self._guild.roles.get(int(match[1]))
        return f"@{role.name if role else 'unknown-role'}"

    def _channel(self, match: re.Match[str]) -> str:
        channel = self._guild.channels.get(int(match[1]))
        return f"#{channel.name if channel else 'unknown'}"


def _controls(message: Message, width: int) -> list[str]:
    lines: list[str] = []
    for select in message.selects:
        lines += _select(select)
    row = ""
    for button in message.buttons:
        shown = f"({button})" if button.disabled else f"[{button}]"
        if row and len(row) + 1 + len(shown) > width:
            lines.append(row)
            row = shown
        else:
            row = f"{row} {shown}".strip()
    return [*lines, row] if row else lines


def _select(select: Select) -> list[str]:
    chosen = [option.label for option in select.options if option.default]
    head = ", ".join(chosen) or select.placeholder or "Make a selection"
    return [f"‹{head} ▾›", *(f"   {option.label}" for option in select.options)]
