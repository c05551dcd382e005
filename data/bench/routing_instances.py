"""Further instances of the kind of `../shared/bench/outreach`: an invented municipality a seed.

A town with half the doors and villages around it, an office in the town. Teams work half days,
mornings or evenings, over five days, with a pause. Doors are for any team or for those with a
skill; some have a deadline, hours or an evening window; some hand out a kit; some school checks
come before a home visit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

HOUR = 3600
DAYS = 5
MORNING, EVENING = (32_400, 52_200), (52_200, 72_000)
"""Hours of the two kinds of shift, in seconds after midnight."""
PAUSES = {MORNING: (41_400, 48_600), EVENING: (59_400, 64_800)}
"""When the half hour of pause may begin."""
PENALTIES = (10_000, 30_000, 100_000)
"""By priority."""
SPEED = 11.0
"""Metres a second along the straight line, and 1.35 of it by road."""

Instance = dict[str, Any]


def make_instance(visits: int, seed: int) -> tuple[Instance, npt.NDArray[np.int32]]:
    """An instance with `visits` doors and its travel times, the same for the same seed."""
    random = np.random.default_rng((seed, visits))
    teams = max(3, round(visits / 33))
    skilled = random.random((teams, 3)) < 0.6
    skilled[random.integers(teams, size=3), np.arange(3)] = True
    shifts = _shifts(random, teams)
    doors = [_door(random, number, shifts, skilled) for number in range(1, visits + 1)]
    chosen = random.permutation(visits)[: 2 * (visits // 20)] + 1
    for check in chosen[::2].tolist():
        doors[check - 1]["windows"] = [[8 * HOUR, 20 * HOUR]]
    instance = {
        "format": "outreach-instance/1",
        "unit": "seconds",
        "depot": 0,
        "visits": doors,
        "shifts": shifts,
        "ordered_pairs": chosen.reshape(-1, 2).tolist(),
    }
    return instance, _travel(random, visits)


def _shifts(random: np.random.Generator, teams: int) -> list[Instance]:
    hours = [MORNING if random.random() < 0.6 else EVENING for _ in range(teams * DAYS)]
    return [
        {"id": number, "team": number % teams, "day": number // teams, "start": start, "end": end,
         "capacity": 5,
         "pause": {"earliest_start": PAUSES[start, end][0], "latest_start": PAUSES[start, end][1],
                   "duration": 1800}}
        for number, (start, end) in enumerate(hours)
    ]  # fmt: skip


def _door(
    random: np.random.Generator, number: int, shifts: list[Instance], skilled: npt.NDArray[np.bool_]
) -> Instance:
    priority = int(random.choice(3, p=[0.64, 0.27, 0.09]))
    skill = int(random.integers(3)) if random.random() < 0.4 else None
    last = int(random.integers(DAYS)) if priority == 2 else DAYS - 1
    able = [
        shift["id"]
        for shift in shifts
        if shift["day"] <= last and (skill is None or skilled[shift["team"], skill])
    ]
    windows = [[8 * HOUR, 20 * HOUR]], [[17 * HOUR, 20 * HOUR]], [[9 * HOUR, 12 * HOUR]]
    several = [[41_400, 48_600], [17 * HOUR, 20 * HOUR]]
    return {
        "id": number,
        "service": 60 * int(random.integers(20, 46)),
        "windows": (*windows, several)[int(random.choice(4, p=[0.6, 0.2, 0.1, 0.1]))],
        "priority": priority,
        "penalty": PENALTIES[priority],
        "load": int(random.random() < 0.3),
        "shifts": able,
    }


def _travel(random: np.random.Generator, visits: int) -> npt.NDArray[np.int32]:
    """(visits + 1, visits + 1) seconds; one way differs from the other by up to a tenth."""
    villages = random.uniform(-15_000, 15_000, (max(3, visits // 40), 2))
    in_town = random.random(visits) < 0.5
    centre = np.where(in_town[:, None], 0.0, villages[random.integers(len(villages), size=visits)])
    spread = np.where(in_town, 1800.0, 500.0)[:, None]
    at = np.vstack([[0.0, 0.0], centre + random.normal(size=(visits, 2)) * spread])
    metres = np.linalg.norm(at[:, None] - at[None], axis=2) * 1.35
    seconds = metres / SPEED * random.uniform(1.0, 1.1, metres.shape)
    np.fill_diagonal(seconds, 0)
    travel: npt.NDArray[np.int32] = np.ceil(seconds).astype(np.int32)
    return travel
