"""Own work while the database is away: it rests together, a line a rest."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot import away
from core.outages import StoreUnavailable

GONE = StoreUnavailable(may_be_stored=False, reason="Connection refused")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [100.0]
    monkeypatch.setattr(away, "monotonic", lambda: moment[0])
    return moment


def test_all_rest_together_and_the_log_has_a_line_a_rest(now: list[float]) -> None:
    knows = away.Away()
    with capture_logs() as lines:
        first = knows.rest_after(GONE)
        assert knows.rest_after(GONE) == first
        now[0] += first
        second = knows.rest_after(GONE)
    assert second >= first
    assert [line["event"] for line in lines] == ["waiting for the database"] * 2
    assert {line["reason"] for line in lines} == {"Connection refused"}


def test_that_it_is_back_is_told_once(now: list[float]) -> None:
    knows = away.Away()
    with capture_logs() as lines:
        knows.is_over()
        knows.rest_after(GONE)
        knows.is_over()
        knows.is_over()
        assert knows.rest_after(GONE) <= 1
    events = [line["event"] for line in lines]
    assert events == [
        "waiting for the database",
        "the database is back",
        "waiting for the database",
    ]
