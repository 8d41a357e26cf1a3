"""What must hold of every answer: Discord's limits, a phone's width, nothing that pings."""

from __future__ import annotations

import re

from bot.render.answer import Answer
from bot.render.text import cells, size

PHONE = 36
PING = re.compile(r"<@[!&]?\d+>|@everyone|@here|</[\w ]+:\d+>")
LINK = re.compile(r"\w+://|discord\.gg/")
CODE_BLOCK = re.compile(r"```\n(.*?)\n```", re.DOTALL)


def description_of(answer: Answer) -> str:
    assert answer.embed is not None
    assert answer.embed.description is not None
    return answer.embed.description


def sections_of(answer: Answer) -> dict[str, str]:
    assert answer.embed is not None
    return {str(field.name): str(field.value) for field in answer.embed.fields}


def texts_of(answer: Answer) -> list[str]:
    if answer.embed is None:
        return [answer.content]
    embed = answer.embed
    parts = [embed.title, embed.description, embed.footer.text]
    for field in embed.fields:
        parts += [field.name, field.value]
    return [answer.content, *(part for part in parts if part)]


def assert_fits(answer: Answer) -> None:
    """Discord's limits, counted the strictest way, and 36 cells for whatever is in a table."""
    assert size(answer.content) <= 2_000
    content, *card = texts_of(answer)
    assert sum(map(size, card)) <= 6_000
    if answer.embed is not None:
        assert size(answer.embed.title or "") <= 256
        assert size(answer.embed.description or "") <= 4_096
        assert len(answer.embed.fields) <= 25
        for field in answer.embed.fields:
            assert 0 < size(str(field.name)) <= 256
            assert 0 < size(str(field.value)) <= 1_024
    for text in (content, *card):
        assert text.count("```") in {0, 2, 4, 6, 8}
        for block in CODE_BLOCK.findall(text):
            assert all(cells(line) <= PHONE for line in block.split("\n")), block


def assert_harmless(answer: Answer) -> None:
    """User text can neither ping nor link, and leaves every mark of formatting in a pair."""
    for text in texts_of(answer):
        assert not PING.search(text)
        assert not LINK.search(text)
        outside = CODE_BLOCK.sub("", text)
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\*\*", outside)) % 2 == 0
        assert len(re.findall(r"(?<!\\)(?:\\\\)*~~", outside)) % 2 == 0
