"""Bytes to text, and text to a tree of elements, with what would take too long refused first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NoReturn

import pyjson5
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from core.names import clean_text
from core.sources.refusals import Damaged, TooMuch

MAX_BYTES: Final = 5_000_000
# Real pages nest about 20 deep; the parser's time grows with the square of the depth.
_DEEPEST: Final = 400
_LONGEST_TAG: Final = 20_000
_DEEPEST_LITERAL: Final = 8
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_TAG_END: Final = re.compile(r"\"[^\"]*\"|'[^']*'|>")
# What needs no closing tag, and never nests in itself alone.
_UNCLOSED: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track"}
    | {"colgroup", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr", "wbr"}
)
# Drawings close theirs with a slash.
_DRAWN: Final = frozenset(
    {"circle", "ellipse", "line", "path", "polygon", "polyline", "rect", "stop", "use"}
)
_CHARSETS: Final = ("utf-8", "cp1252", "latin-1")


def decode(data: bytes, *, most_bytes: int = MAX_BYTES) -> str:
    """Return the text of a page or file.

    UTF-8 and UTF-16, with a mark in front or without (also when cut off within a character), else
    Western European.

    Raises:
        TooMuch: It is larger than any page.
    """
    if len(data) > most_bytes:
        raise TooMuch(
            f"That is more than {most_bytes // 1_000_000} MB: no page with laps is so large."
        )
    for mark, charset in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(charset, "replace")
    # Every second byte of its first letters is 0.
    for zeros, letters, charset in ((1, 0, "utf-16-le"), (0, 1, "utf-16-be")):
        if data[letters:8:2].strip(b"\0") and len(data) > 3 and not data[zeros:8:2].strip(b"\0"):
            return data.decode(charset, "replace")
    for charset in _CHARSETS:
        try:
            return data.decode(charset)
        except UnicodeDecodeError as error:
            if charset == "utf-8" and error.start >= len(data) - 3:
                return data[: error.start].decode(charset)
    raise AssertionError  # latin-1 reads everything


def parse_html(text: str) -> LexborHTMLParser:
    """Return a page's tree.

    Raises:
        TooMuch: Elements nest deeper than on any real page, or a tag has too much in it: the time
            to parse either grows with the square of its length.
    """
    _refuse_bombs(text)
    # Without events, a select of many options takes no longer than its length.
    return LexborHTMLParser(text, options=LexborDocumentOptions.WO_EVENTS)


def _refuse_bombs(text: str) -> None:
    depth = 0
    for tag in _TAG.finditer(text):
        name = tag[2].lower()
        if not tag[1] and _tag_length(text, tag.end()) > _LONGEST_TAG:
            raise TooMuch("That page has a tag longer than any real page: give the page itself.")
        if name in _UNCLOSED or name in _DRAWN:
            continue
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > _DEEPEST:
            raise TooMuch("That page is nested deeper than any real page: give the page itself.")


def _tag_length(text: str, start: int) -> int:
    """How much stands in a tag beside what is quoted, up to a little more than the longest."""
    length, at = 0, start
    for end in _TAG_END.finditer(text, start, start + 50 * _LONGEST_TAG):
        length += end.start() - at
        at = end.end()
        if end[0] == ">" or length > _LONGEST_TAG:
            return length
    return length + min(len(text) - at, _LONGEST_TAG + 1)


def text_of(node: LexborNode | None, *, without: str = "") -> str:
    """What a reader sees of an element on one line; empty for none.

    Args:
        node: The element.
        without: Selector of parts to leave out.
    """
    if node is None:
        return ""
    if not without or not node.css(without):
        return clean_text(node.text(separator=" "))
    left_out = {part.mem_id for part in node.css(without)}
    return clean_text(" ".join(_texts(node, left_out)))


def _texts(node: LexborNode, left_out: set[int]) -> Iterator[str]:
    ahead = [node.first_child]
    while ahead:
        part = ahead.pop()
        if part is None:
            continue
        ahead.append(part.next)
        if part.is_text_node:
            yield part.text_content or ""
        elif part.mem_id not in left_out:
            ahead.append(part.first_child)


def shown(cell: LexborNode | None) -> str:
    """A table cell as it is shown: without its hidden sort key and without raised figures."""
    return text_of(cell, without=".hidden, sup")


def attribute(node: LexborNode, name: str) -> str:
    """An attribute's value; empty where it is missing or has none."""
    return node.attributes.get(name) or ""


def scripts(tree: LexborHTMLParser) -> str:
    """The text of a page's scripts."""
    return "\n".join(script.text() for script in tree.css("script"))


def literal(text: str, what: str) -> object:
    """Read a JavaScript literal that begins a text; what follows it is ignored.

    Nothing is evaluated: only strings, numbers, lists and objects are read, none nested deeper
    than 8.

    Raises:
        Damaged: It is no literal.
    """
    try:
        value: object = pyjson5.decode(text, _DEEPEST_LITERAL, True)
    except (pyjson5.Json5Exception, ValueError, RecursionError, OverflowError):
        _refuse_literal(what)
    return value


def _refuse_literal(what: str) -> NoReturn:
    raise Damaged(
        f"I cannot read {what} on that page, it looks cut off or changed: save or send it again."
    ) from None
