"""A question that a command asks first: a select, and what was picked in it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import discord

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.limits import LONGEST_OPTION, MOST_OPTIONS
from bot.render import question as question_text
from bot.views.base import Laid, OrpButton, OrpSelect, laid, row
from core.results.question import DROP, Asks, LeftAlone, Question

# Each select takes a row of its own.
MOST_ROWS: Final = 5
_PLACEHOLDERS: Final = {
    Asks.EVENT: "Which event?",
    Asks.CLOSED: "Where to?",
    Asks.CLASS: "Which class?",
    Asks.CLASS_FOR_WHOM: "All or only mine?",
    Asks.HEAT: "Which heat?",
    Asks.MAIN: "Which main?",
    Asks.MEANT: "Which one?",
    Asks.BUSY: "Go on?",
    Asks.ORDER: "Which laps first?",
}


class QuestionSelect(OrpSelect, word="event"):
    """Asks what a waiting command needs to know; the word is from when events were all it asked."""

    replaces = True
    placeholder = _PLACEHOLDERS[Asks.EVENT]

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Carry out what waits for this answer."""
        done = await app.services.lap_entry.answer(
            caller_of(interaction), self.draft_id, self.picked
        )
        told = [await laid(each, interaction) for each in done]
        views = [view for _, view in told if view is not None]
        # What is asked next comes before what can be taken back.
        asked = [_select(each) for each in done if isinstance(each, Question)]
        await reply(
            interaction,
            question_text.together([answer for answer, _ in told]),
            view=row(*asked[:MOST_ROWS]) if asked else next(reversed(views), None),
        )


class AnswerButton(OrpButton, word="answer"):
    """Asks again what a waiting command needs to know."""

    label = "Answer"
    style = discord.ButtonStyle.primary

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Show the question with its select."""
        asked = await app.services.lap_entry.ask_again(caller_of(interaction), self.draft_id)
        await reply(interaction, question_text.question(asked), view=row(_select(asked)))


@laid.register
async def _question(result: Question, interaction: discord.Interaction) -> Laid:
    return question_text.question(result), row(_select(result))


@laid.register
async def _left_alone(result: LeftAlone, interaction: discord.Interaction) -> Laid:
    return question_text.left_alone(), None


def _select(result: Question) -> QuestionSelect:
    select = QuestionSelect(result.draft_id)
    select.item.placeholder = _PLACEHOLDERS[result.asks]
    drop = [discord.SelectOption(label="Drop it", value=DROP)] if result.again else []
    options = [
        discord.SelectOption(label=label[:LONGEST_OPTION], value=str(number))
        for number, label in enumerate(result.options[: MOST_OPTIONS - len(drop)])
    ]
    return select.offering(options + drop)
