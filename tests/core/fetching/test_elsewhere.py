"""Links as people paste them, fetched as the page's own address."""

from __future__ import annotations

import pytest

from core.fetching.elsewhere import Elsewhere
from core.fetching.hosts import Hosts, parse_hosts
from core.sources.race import Race
from tests.core.sources.pages import RUN, page
from tests.timing_site import Raced, timing_site


@pytest.mark.parametrize(
    "pasted",
    [
        "{base}/results/?id=31&p=view_race_result",
        "<{base}/results?p=view_race_result&id=31&utm_source=chat#laps>",
        "{base}/results/?p=view_race_result&amp;id=31",
    ],
)
async def test_a_link_of_liverc_is_asked_for_in_one_way(pasted: str) -> None:
    async with timing_site() as site:
        site.publish("31", "A-Main", Raced("Ann", (20_100, 20_200)))
        elsewhere = Elsewhere(Hosts(liverc=parse_hosts(site.exact)), between_s=0)
        race = await elsewhere.page(pasted.format(base=site.base))
        await elsewhere.close()
    assert isinstance(race, Race)
    assert site.asked == ["/results/?p=view_race_result&id=31"]


async def test_a_link_of_myrcm_is_asked_for_in_english() -> None:
    async with timing_site() as site:
        site.pages["/en/report/1/2?reportKey=3&reportType=final"] = page(RUN)
        elsewhere = Elsewhere(Hosts(myrcm=parse_hosts(site.exact)), between_s=0)
        race = await elsewhere.page(f"{site.base}/de/report/1/2/?reportType=final&reportKey=3")
        await elsewhere.close()
    assert isinstance(race, Race)
    assert race.source_id == "1/2/3"
