"""Random invented campaigns, and what is told of them in one way or another."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from planning.coverage import COLUMNS
from planning.disclosure import Memory, Release, Table, release
from planning.disclosure.parts import Told
from tests.planning.disclosure.attacker import DONE, FIRST_RESULT, STATES, Campaign, Fact

FIRST_DAY = date(2026, 8, 20)
SIZES = (0, 1, 1, 2, 3, 5, 8, 12, 20, 35, 60, 120)
GONE = -1
"""State of a child who is not on the list."""


def invented(seed: int, *, parted: bool = False) -> Campaign:
    """One to four municipalities, small and large settlements, two to four releases.

    If `parted`, the largest settlement has districts, in every third campaign only after some
    releases. Settlements are planned and visited one after the other; a third of the campaigns has
    corrections: children who move, leave, join, or whose outcome is taken back.
    """
    draw = random.Random(seed)
    parents = {
        f"m{m}s{s}": f"m{m}" for m in range(draw.randint(1, 4)) for s in range(draw.randint(1, 4))
    }
    times = draw.choice((2, 2, 3, 3, 4))
    homes: list[list[str]] = []
    lives: list[list[int]] = []
    for settlement in parents:
        planned_at, visited_at = draw.randint(0, 2), draw.randint(1, times)
        pace = draw.choice((0.3, 0.7, 1.0))
        for _ in range(draw.choice(SIZES)):
            homes.append([settlement] * times)
            lives.append(_life(draw, times, planned_at, visited_at, pace))
    steady = draw.random() < 2 / 3
    if not steady:
        for home, life in zip(homes, lives, strict=True):
            if draw.random() < 0.1:
                _correct(draw, list(parents), home, life)
    if parted:
        largest = Counter(home[0] for home in homes).most_common(1)[0][0] if homes else "m0s0"
        parents |= _part(random.Random(seed), largest, homes, steady=steady)
    children = tuple(_counted(homes, lives, time) for time in range(times))
    moves = tuple(_moved(homes, lives, time) for time in range(times - 1)) if steady else ()
    inhabitants = {each: round(sum(children[0].get(each, Counter()).values()) * draw.uniform(5, 40))
                   for each in parents}  # fmt: skip
    for settlement, above in reversed(parents.items()):
        inhabitants[above] = inhabitants.get(above, 0) + inhabitants[settlement]
    later = seed % times if parted and seed % 3 == 0 else 0
    return Campaign(parents, inhabitants, children, moves, later)


def _part(
    draw: random.Random, settlement: str, homes: list[list[str]], *, steady: bool
) -> dict[str, str]:
    """Districts, small and large, for the children of a settlement; some move between them."""
    names = [f"{settlement}d{number}" for number in range(draw.randint(2, 5))]
    weights = [draw.choice((0, 1, 2, 5, 20)) + 0.01 for _ in names]
    for home in homes:
        (own,) = draw.choices(names, weights)
        for time, each in enumerate(home):
            if not steady and draw.random() < 0.05:
                own = draw.choice(names)
            if each == settlement:
                home[time] = own
    return dict.fromkeys(names, settlement)


def _life(
    draw: random.Random, times: int, planned_at: int, visited_at: int, pace: float
) -> list[int]:
    """A child's state at each release."""
    state = 0 if draw.random() < 0.05 else 1
    life = []
    for time in range(times):
        if state == 1 and time >= planned_at and draw.random() < 0.9:
            state = 2
        if state > 1 and state not in DONE and time >= visited_at and draw.random() < pace:
            state = draw.randrange(FIRST_RESULT, STATES)
        life.append(state)
    return life


def _correct(draw: random.Random, places: Sequence[str], home: list[str], life: list[int]) -> None:
    at = draw.randrange(1, len(life))
    what = draw.choice(("back", "moves", "leaves", "joins"))
    if what == "back":
        life[at:] = [draw.randrange(FIRST_RESULT)] * (len(life) - at)
    elif what == "moves":
        home[at:] = [draw.choice(places)] * (len(life) - at)
    elif what == "leaves":
        life[at:] = [GONE] * (len(life) - at)
    else:
        life[:at] = [GONE] * at


def _counted(
    homes: Sequence[Sequence[str]], lives: Sequence[Sequence[int]], time: int
) -> dict[str, Counter[int]]:
    found: dict[str, Counter[int]] = {}
    for home, life in zip(homes, lives, strict=True):
        if life[time] != GONE:
            found.setdefault(home[time], Counter())[life[time]] += 1
    return found


def _moved(
    homes: Sequence[Sequence[str]], lives: Sequence[Sequence[int]], time: int
) -> dict[str, Counter[tuple[int, int]]]:
    found: dict[str, Counter[tuple[int, int]]] = {}
    for home, life in zip(homes, lives, strict=True):
        found.setdefault(home[time], Counter())[life[time], life[time + 1]] += 1
    return found


def released(campaign: Campaign, *, remembering: bool = True) -> list[Release]:
    """All releases of a campaign; each by itself where nothing is remembered."""
    before: Memory | None = None
    made = []
    for time in range(len(campaign.children)):
        day = FIRST_DAY + timedelta(time)
        made.append(
            release(campaign.counts(time), day=day, before=before, sizes=campaign.inhabitants)
        )
        before = made[-1].memory if remembering else None
    return made


def facts(memory: Memory, *, public: bool, since: int = 0) -> Iterator[Fact]:
    """Every figure told of an area, with the release it was first or again told at.

    Readers see only the newest of them in a row; who kept all tables has all of these.
    """
    for part in memory.parts:
        if part.key:
            yield from _told(part.key[1], part.public if public else part.partner, since)


def _told(area: str, tellings: Iterable[Told], since: int) -> Iterator[Fact]:
    for told in tellings:
        for figure, value in enumerate(told.values):
            if value is not None:
                yield from (
                    Fact(area, since + number - 1, figure, value) for number in told.numbers
                )


def naive(campaign: Campaign, k: int) -> Iterator[Fact]:
    """What an office would tell that only leaves out small numbers, row by row."""
    for area in campaign.areas():
        for time in range(len(campaign.children)):
            figures = campaign.figures(area, time)
            ladder = figures[: len(COLUMNS)]
            if any(0 < one - other < k for one, other in pairwise((*ladder, 0))):
                continue
            yield from (
                Fact(area, time, figure, value)
                for figure, value in enumerate(figures)
                if value == 0 or value >= k
            )


def readable(campaign: Campaign, table: Table, level: str, column: str) -> tuple[int, int]:
    """Children listed in the areas of a level whose figure is shown, and all of them."""
    last = len(campaign.children) - 1
    areas = campaign.level(level)
    size = {area: campaign.figures(area, last)[0] for area in areas}
    shown = [row for row in table.rows if row.area_code in areas]
    return (
        sum(size[row.area_code] for row in shown if getattr(row, column) is not None),
        sum(size.values()),
    )
