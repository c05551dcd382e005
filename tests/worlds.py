"""Tiny worlds in which any rule of routing may bind any visit: for properties of the engines.

Travel is any matrix at all, asymmetric and with broken triangles; hours are short, so that most
worlds have more visits than fit.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from planning.routing.fitting import fitting
from planning.routing.problem import DAY, NEVER, Problem

MINUTE = 60
OPENS, CLOSES = 9 * 60, 13 * 60
"""Minutes of the day at which shifts begin and end."""


@st.composite
def worlds(draw, *, most_visits: int = 7, days: int = 2, teams: int = 2) -> Problem:
    """Up to so many visits, two of which may have a second crew; every team works every day."""
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    leads = draw(st.integers(1, most_visits))
    twins = draw(st.integers(0, min(2, leads)))
    visits, shifts = leads + twins, days * teams
    together = tuple((lead, leads + at) for at, lead in enumerate(range(twins)))
    order = [int(row) for row in random.permutation(leads)]
    pairs = ((order[0], order[1]),) if leads > 1 and draw(st.booleans()) else ()
    apart = ((order[-1], order[-2], 1),) if leads > 3 and draw(st.booleans()) else ()
    day = np.repeat(np.arange(days), teams)
    midnight = day * DAY
    allowed = random.random((visits, shifts)) < 0.8
    nodes = visits + 2 * teams
    travel = random.integers(0, 40, (nodes, nodes)) * MINUTE
    np.fill_diagonal(travel, 0)
    if draw(st.booleans()):
        # No way between some doors; from where a crew is, there always is one to its office.
        travel[:visits, :visits][random.random((visits, visits)) < 0.1] = NEVER
        np.fill_diagonal(travel, 0)
    team = np.tile(np.arange(teams), days)
    office = visits + team
    on_the_road = random.random(shifts) < 0.2
    service = random.integers(0, 60, visits) * MINUTE
    load = random.integers(0, 3, (visits, 2))
    penalty = random.choice([2_000, 10_000, 50_000], visits)
    toll = random.integers(0, 3, (visits, shifts)) * 300
    for lead, twin in together:
        service[twin] = service[lead]
        load[twin] = penalty[twin] = 0
        toll[twin] = 0
    pause = np.zeros((shifts, 3), dtype=np.int64)
    if draw(st.booleans()):
        pause[:] = (11 * 3600, 12 * 3600, 1_800)
        pause[:, :2] += midnight[:, None]
    work = np.full(shifts, NEVER)
    if draw(st.booleans()):
        work = random.integers(90, 240, shifts) * MINUTE
    windows = [_windows(random, days) for _ in range(visits)]
    for lead, twin in together:
        windows[twin] = windows[lead]
    problem = Problem(
        visit_ids=tuple(f"v{row}" for row in range(leads)) + tuple(f"v{a}" for a, _ in together),
        shift_ids=tuple(f"s{shift}" for shift in range(shifts)),
        service=service,
        priority=random.integers(0, 3, visits),
        penalty=penalty,
        load=load,
        windows=tuple(windows),
        allowed=allowed,
        home=np.zeros_like(allowed),
        shift_cost=toll,
        pairs=pairs,
        together=together,
        apart=apart,
        locked=frozenset(),
        first=frozenset(order[:1]) if draw(st.booleans()) else frozenset(),
        last=frozenset(order[-1:]) if draw(st.booleans()) and leads > 1 else frozenset(),
        fair=draw(st.sampled_from([0, 60, 2_000])),
        group=np.zeros(shifts, dtype=np.int64),
        team=team,
        midnight=midnight,
        start=midnight + OPENS * MINUTE,
        end=midnight + CLOSES * MINUTE,
        pause=pause,
        capacity=random.integers(2, 9, (shifts, 2)),
        work=work,
        origin=np.where(on_the_road, office + teams, office),
        office=office,
        mode=np.zeros(shifts, dtype=np.int64),
        travel=(travel.astype(np.int32),),
    )
    return fitting(problem)


def _windows(random: np.random.Generator, days: int) -> tuple[tuple[int, int], ...]:
    """All day, or one or two stretches on every day; some days none."""
    if random.random() < 0.4:
        return ((0, days * DAY - 1),)
    found = []
    for day in range(days):
        cuts = np.sort(random.choice(np.arange(OPENS, CLOSES, 10), 4, replace=False)) * MINUTE
        stretches = [(int(cuts[0]), int(cuts[1])), (int(cuts[2]), int(cuts[3]))]
        for opens, closes in stretches[: random.integers(0, 3)]:
            found.append((day * DAY + opens, day * DAY + closes))
    return tuple(found)
