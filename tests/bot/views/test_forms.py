"""What a form comes back with may be anything."""

from __future__ import annotations

from typing import Any

import pytest

from bot.views.base_form import Sent
from core.errors import BadInput


@pytest.mark.parametrize("field", [{"value": "20.1"}, {"custom_id": None}, {"custom_id": 7}])
def test_a_field_without_an_id_gets_a_sentence(field: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="open it again"):
        Sent({"custom_id": "run", "components": [{"type": 18, "component": field}]})


@pytest.mark.parametrize("components", [None, "x", [None, 3, {}, {"component": "x"}]])
def test_what_is_no_field_is_none(components: object) -> None:
    sent = Sent({"custom_id": "run", "components": components})
    assert sent.text("laps") == ""
    assert sent.person("racer") is None
