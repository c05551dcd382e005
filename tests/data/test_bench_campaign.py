"""What the campaign's rules gain, on a small invented campaign."""

from __future__ import annotations

from data.bench.campaign import WAYS, measure_campaign
from planning.campaign.ladder import CALL_FIRST
from planning.routing.planner import Inline

LADDER = next(way for way in WAYS if way.ladder == CALL_FIRST)


def test_the_ladder_and_the_expectation_resolve_more_in_a_team_hour() -> None:
    """The model is told nothing of who is truly home, and still gains; docs/benchmarks.md has more.

    One campaign is one draw of luck: here it is more than over several.
    """
    figures = measure_campaign(
        doors=200, teams=2, days=5, seeds=(1,), seconds=300.0, workers=Inline(),
        report=lambda _share, _words: None, ways=(WAYS[0], LADDER),
    )  # fmt: skip
    print(figures)
    whole = figures[LADDER.name]
    assert isinstance(whole, dict)
    assert whole["times the first way"] >= 1.2
