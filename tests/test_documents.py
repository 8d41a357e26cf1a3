"""The documents name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_CODE = re.compile(r"`([\w./*-]+)`")
_LINK = re.compile(r"\]\(([\w./-]+)\)")
_FOLDERS = ("bench/", "bot/", "core/", "docs/", "localdiscord/", "migrations/", "tests/")


def test_the_map_names_paths_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = {path for path in _CODE.findall(text) if path.startswith(_FOLDERS)}
    assert len(named) > 30
    assert not [path for path in sorted(named) if not (ROOT / path).exists()]


def test_each_promise_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    named = {path for path in _CODE.findall(text) if "/" in path} - {"tests/"}
    assert len(named) > 20
    assert not [path for path in sorted(named) if not (ROOT / "tests" / path).exists()]


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda page: page.name
)
def test_links_lead_somewhere(page: Path) -> None:
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]
