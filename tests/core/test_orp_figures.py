"""What ``docs/orp.md`` says of real laps is what they say."""

from __future__ import annotations

from tests.core.orp_figures import PAGE, TABLE, figures


def test_the_page_has_the_figures_of_today() -> None:
    (table,) = TABLE.findall(PAGE.read_text(encoding="utf-8"))
    assert table == figures()
