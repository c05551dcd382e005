"""Random campaigns against an attacker who keeps every table: nothing small is learnt.

Three readers attack: a partner with the tables of partners and of the public, a viewer with the
public ones, and a coordinator who knows the own municipality exactly. The same attacker takes apart
two ways of telling that look safe, so that finding nothing means something.

A few dozen campaigns by default; 1,000 with OUTREACH_HARNESS=full, or
`python -m tests.planning.disclosure.test_attacks FIRST STOP`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable

from planning.coverage import LEVELS, TOTAL
from planning.disclosure import PARTNER_K, PUBLIC_K
from tests.harness.sizes import of
from tests.planning.disclosure.attacker import Attack, Campaign, Fact, Finding
from tests.planning.disclosure.campaigns import facts, invented, naive, readable, released

CAMPAIGNS = of(24, full=1000)
TEETH = 7
"""Campaigns on which the attacker is let loose on tables that are not protected well."""


def attacked(campaign: Campaign, tally: Counter[str]) -> list[Finding]:
    """What the three readers learn of the releases of a campaign."""
    made = released(campaign)
    memory, last = made[-1].memory, made[-1]
    partner = [*facts(memory, public=False), *facts(memory, public=True)]
    public = list(facts(memory, public=True))
    own = min(campaign.level("municipality"))
    others = [
        area for area in campaign.areas() if area != TOTAL and own not in campaign.above(area)
    ]
    found = _learnt(campaign, partner, PARTNER_K, campaign.areas(), tally)
    found += _learnt(campaign, public, PUBLIC_K, campaign.areas(), tally)
    found += _learnt(campaign, [*partner, *campaign.exactly(own)], PARTNER_K, others, tally)
    for name, table in (("partner", last.partner), ("public", last.public)):
        for level in LEVELS[1:]:
            for column in ("listed", "visited"):
                shown, listed = readable(campaign, table, level, column)
                tally[f"{name} {level} {column}"] += shown
                tally[f"{name} {level} {column} of"] += listed
    tally["campaigns"] += 1
    tally["steady"] += campaign.steady
    tally["recovered"] += sum(each.recovered for each in found)
    tally["narrowed"] += len(found)
    return found


def _learnt(
    campaign: Campaign, told: Iterable[Fact], k: int, areas: list[str], tally: Counter[str]
) -> list[Finding]:
    attack = Attack(campaign, told)
    found = attack.findings(k, areas)
    tally["small groups"] += attack.asked
    return found


def without_memory(campaign: Campaign) -> list[Finding]:
    """What a partner learns where every release is protected by itself only."""
    told = [
        fact
        for time, each in enumerate(released(campaign, remembering=False))
        for fact in facts(each.memory, public=False, since=time)
    ]
    return Attack(campaign, told).findings(PARTNER_K, campaign.areas())


def said(tally: Counter[str]) -> str:
    """The figures of a run, for people."""
    lines = [
        f"{tally['campaigns']} campaigns, {tally['steady']} of them without corrections: "
        f"{tally['small groups']} small groups and outcomes asked for, "
        f"{tally['recovered']} recovered, {tally['narrowed']} narrowed to fewer than k"
    ]
    for key in [key for key in tally if f"{key} of" in tally]:
        lines.append(f"  {key} readable: {tally[key] / max(1, tally[key + ' of']):.0%} of children")
    for way in ("naive", "without memory"):
        if tally[f"{way} campaigns"]:
            lines.append(
                f"  {way}: {tally[f'{way} recovered']} recovered and "
                f"{tally[f'{way} narrowed']} narrowed in {tally[f'{way} campaigns']} campaigns"
            )
    return "\n".join(lines)


def taken_apart(campaign: Campaign, tally: Counter[str]) -> None:
    """The attacker on tables that leave out small numbers only, and on ones without memory."""
    ways = {
        "naive": Attack(campaign, naive(campaign, PARTNER_K)).findings(PARTNER_K, campaign.areas()),
        "without memory": without_memory(campaign),
    }
    for way, found in ways.items():
        tally[f"{way} campaigns"] += 1
        tally[f"{way} recovered"] += sum(each.recovered for each in found)
        tally[f"{way} narrowed"] += len(found)


def run(seeds: range, *, parted: bool = False) -> Counter[str]:
    """Attacks the campaigns with these seeds; prints what was learnt, if anything."""
    tally: Counter[str] = Counter()
    for number, seed in enumerate(seeds):
        campaign = invented(seed, parted=parted)
        for finding in attacked(campaign, tally):
            print(seed, finding)
        if number % max(1, len(seeds) // TEETH) == 0:
            taken_apart(campaign, tally)
        if number % 50 == 49:
            print(said(tally), flush=True)
    return tally


def test_nothing_small_is_recovered_from_all_tables_ever_told():
    """All levels, all days, both audiences, results, and a coordinator's own: 0 recovered."""
    tally = run(range(CAMPAIGNS))
    print(said(tally))
    assert tally["recovered"] == 0
    assert tally["narrowed"] == 0


def test_nothing_small_is_recovered_where_the_largest_settlement_has_districts():
    """One level more, from the first day or since a later one: 0 recovered."""
    tally = run(range(CAMPAIGNS), parted=True)
    print(said(tally))
    assert tally["recovered"] == 0
    assert tally["narrowed"] == 0
    assert 0 < tally["partner district visited"] < tally["partner district visited of"]


def test_the_attacker_has_teeth():
    """Leaving out small numbers, or protecting each day by itself, gives children away."""
    tally: Counter[str] = Counter()
    for seed in range(TEETH):
        taken_apart(invented(seed), tally)
    print(said(tally))
    assert tally["naive recovered"] > 0
    assert tally["without memory recovered"] > 0


if __name__ == "__main__":
    for parted in (False, True):
        print(said(run(range(*map(int, sys.argv[1:3])), parted=parted)))
