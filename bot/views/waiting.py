"""What waits for its racer: a line below their next answers, with the button that settles it."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord.ui import DynamicItem

from bot.render.waiting import waiting_line
from bot.views.base import Laid, laid, row
from bot.views.menu import StoreKeptButton
from bot.views.question import AnswerButton
from bot.views.run_written import FixItButton, PutBackButton
from core.results.waiting import Told, Waiting, WaitsFor

# Below all that stands under the answer itself.
_LAST_ROW: Final = 4


async def told(result: object, interaction: discord.Interaction) -> Laid:
    """Return the answer to a command with what waits for whoever typed it."""
    return with_waiting(await laid(result, interaction), result)


def with_waiting(shown: Laid, result: object) -> Laid:
    """Return an answer with the line and the button of what waits for its reader, if anything."""
    waiting = result.waiting if isinstance(result, Told) else None
    if waiting is None:
        return shown
    answer, view = shown
    button = _button(waiting)
    if view is None:
        return waiting_line(answer, waiting), row(button)
    button.row = _LAST_ROW
    view.add_item(button)
    return waiting_line(answer, waiting), view


def _button(waiting: Waiting) -> DynamicItem[Any]:
    match waiting.waits_for:
        case WaitsFor.ANSWER:
            return AnswerButton(waiting.draft_id)
        case WaitsFor.STORE:
            return StoreKeptButton(waiting.draft_id)
        case WaitsFor.FIX:
            return FixItButton(waiting.draft_id)
        case WaitsFor.PUT_BACK:
            return PutBackButton(waiting.draft_id)
