"""MyRCM's page of an event's class (version 9): its runs, and the event's other classes."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.sources.addresses import Address, PageKind, known_url, link_on
from core.sources.markup import attribute, text_of
from core.sources.myrcm_words import days_in, kind_of
from core.sources.race import (
    ClassLink,
    ListedPage,
    RaceLink,
    RaceList,
    Source,
    page_name,
    page_text,
)

_CLASSES = "#reportClass"
_RUNS = "button.run-button[data-href]"


def is_class(tree: LexborHTMLParser) -> bool:
    """Whether this is the page of an event's class."""
    return tree.css_first(_CLASSES) is not None or tree.css_first(_RUNS) is not None


def parse_class(tree: LexborHTMLParser, *, page: Address | None = None) -> RaceList:
    """Read a class's page: an event with several classes is several of them.

    Args:
        tree: The page, in any language.
        page: Its own address; None for a saved page, whose runs then have none either.
    """
    select = tree.css_first(_CLASSES)
    event_id = _event_id(tree, select, page)
    classes = _classes(select, event_id, page)
    own = next((found for found in classes if found.is_this_page), None)
    class_name = own.name if own else page_name(text_of(tree.css_first(".event-meta__class")))
    meta = [text_of(part) for part in tree.css(".event-meta > span:not(.event-meta__class)")]
    first_day, last_day = next((days for part in meta if (days := days_in(part))[0]), (None, None))
    words = [part for part in meta if part and days_in(part)[0] is None]
    runs: dict[str, RaceLink] = {}
    for button in tree.css(_RUNS):
        run = _run(button, page, class_name)
        if run is not None and run.source_id.startswith(f"{event_id}/"):
            known = runs.setdefault(run.source_id, run)
            if run.is_available and not known.is_available:
                runs[run.source_id] = run
    return RaceList(
        Source.MYRCM,
        ListedPage.CLASS,
        tuple(runs.values()),
        address=page.url if page else None,
        source_id=own.source_id if own else (page.source_id if page else event_id or None),
        track=page_text(words[-1]) if words else None,
        event=page_text(text_of(tree.css_first("h1"))),
        class_name=class_name,
        first_day=first_day,
        last_day=last_day,
        classes=classes,
    )


def _event_id(tree: LexborHTMLParser, select: LexborNode | None, page: Address | None) -> str:
    """The event's id: of the address, else of the page; a page's links count on its event only."""
    if page is not None:
        return page.source_id.partition("/")[0]
    if select is not None and (key := attribute(select, "data-event-key")):
        return key
    for button in tree.css(_RUNS):
        if target := link_on(None, Source.MYRCM, attribute(button, "data-href")):
            return target.source_id.partition("/")[0]
    return ""


def _classes(
    select: LexborNode | None, event_id: str, page: Address | None
) -> tuple[ClassLink, ...]:
    found = []
    for option in select.css("option[value]") if select else []:
        target = link_on(page, Source.MYRCM, f"/en/report/{event_id}/{attribute(option, 'value')}")
        name = page_name(text_of(option))
        if target is not None and target.page is PageKind.CLASS and name:
            is_this = "selected" in option.attributes
            found.append(ClassLink(target.source_id, known_url(page, target), name, is_this))
    return tuple(found)


def _run(button: LexborNode, page: Address | None, class_name: str | None) -> RaceLink | None:
    target = link_on(page, Source.MYRCM, attribute(button, "data-href"))
    if target is None or target.page is not PageKind.RUN:
        return None
    group = _group(button)
    run = text_of(button.css_first("strong"))
    # The group gives way where both are too long: the run tells one from the other.
    name = page_name(f"{run} {group}") or "Run"
    return RaceLink(
        target.source_id,
        known_url(page, target),
        name,
        name,
        kind_of(target.phase, run or name),
        class_name,
        is_available=_is_available(button),
    )


def _group(button: LexborNode) -> str:
    above = button.parent
    while above is not None and not (
        above.tag == "details" and "group" in attribute(above, "class").split()
    ):
        above = above.parent
    return text_of(above.css_first("summary .group__title strong")) if above else ""


def _is_available(button: LexborNode) -> bool:
    """By the chip's word; on pages of other languages, which have another, by its colour."""
    chip = button.css_first(".chip")
    if chip is None:
        return False
    is_green = "chip--green" in attribute(chip, "class").split()
    return text_of(chip).upper() == "AVAILABLE" or (is_green and not _is_english(button))


def _is_english(node: LexborNode) -> bool:
    return "/en/" in attribute(node, "data-href").lower()
