"""Each answer that never came has its reason, and only where there was one."""

from __future__ import annotations

import pytest

from localdiscord import LocalDiscord
from localdiscord.api.mischief import Mischief
from localdiscord.play.cast import PADDOCK
from localdiscord.rules.wire import InteractionType
from localdiscord.world.interactions import Interaction
from tests.soak.fleet import SHARDS
from tests.soak.racing import CHANNEL
from tests.soak.silence import Mishaps, Reason

_SHARD = 2
_MOMENT_S = 1_000.0


def unanswered(told_s: float | None = _MOMENT_S) -> Interaction:
    """Somebody on the shard who typed at the moment and saw no answer."""
    team = LocalDiscord(PADDOCK).add_guild("Team", guild_id=(SHARDS * 5 + _SHARD) << 22)
    asked = Interaction(
        1, InteractionType.COMMAND, 2, team.owner.member, team.channel(CHANNEL), data={}
    )
    asked.created_s, asked.told_s = _MOMENT_S, told_s
    return asked


def test_where_nothing_went_wrong_there_is_no_reason() -> None:
    other = _SHARD - 1
    mishaps = Mishaps(kills=[(other, _MOMENT_S + 1)], cuts=[(other, _MOMENT_S)])
    assert mishaps.reason(unanswered()) is Reason.NONE


@pytest.mark.parametrize(
    ("killed_s", "told_s", "reason"),
    [
        (1.0, _MOMENT_S, Reason.KILLED),
        (60.0, _MOMENT_S, Reason.NONE),
        (-10.0, None, Reason.KILLED),
        (-300.0, None, Reason.KILLED),
        (-10.0, _MOMENT_S + 7, Reason.KILLED),
        # It was there again, and told at once.
        (-10.0, _MOMENT_S, Reason.NONE),
    ],
)
def test_a_kill_is_a_reason_for_whom_it_could_hit(
    killed_s: float, told_s: float | None, reason: Reason
) -> None:
    mishaps = Mishaps(kills=[(_SHARD, _MOMENT_S + killed_s)])
    assert mishaps.reason(unanswered(told_s)) is reason


def test_what_is_sent_into_a_connection_that_is_cut_is_lost() -> None:
    assert Mishaps(cuts=[(_SHARD, _MOMENT_S + 1)]).reason(unanswered()) is Reason.CUT
    earlier = Mishaps(kills=[(_SHARD, _MOMENT_S - 90)], cuts=[(_SHARD, _MOMENT_S - 60)])
    assert earlier.reason(unanswered()) is Reason.NONE
    assert earlier.reason(unanswered(told_s=None)) is Reason.CUT


def test_who_was_not_told_though_all_was_well_has_no_reason() -> None:
    assert Mishaps().reason(unanswered(told_s=None)) is Reason.NONE


def test_what_discord_did_to_an_answer_is_a_reason_for_that_one() -> None:
    asked, other = unanswered(), unanswered()
    mischief = Mischief()
    route = "/interactions/{interaction_id}/{interaction_token}/callback"
    mishaps = Mishaps(rules=[mischief.drop("POST", route)])
    mischief.take("POST", route, f"/interactions/{asked.id}/{asked.token}/callback")
    assert mishaps.reason(asked) is Reason.LOST
    assert mishaps.reason(other) is Reason.NONE


def test_an_answer_that_came_too_late_is_told_apart() -> None:
    asked = unanswered()
    asked.late = True
    assert Mishaps().reason(asked) is Reason.LATE
