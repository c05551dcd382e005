"""What is wrong with the input of a plan, all of it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from planning.errors import Fault, InputError
from planning.model import Conditions, Mode, Shift, Visit
from planning.routing.problem import DAY

if TYPE_CHECKING:
    from planning.travel.matrix import Travel


def refuse_faults(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    travel: Mapping[Mode, Travel],
    conditions: Conditions,
) -> None:
    """Raises InputError with every fault; returns when there is none."""
    faults = [
        *_doubled([visit.visit_id for visit in visits], "visit_id"),
        *_doubled([shift.shift_id for shift in shifts], "shift_id"),
    ]
    for visit in visits:
        faults.extend(_visit_faults(visit))
    for shift in shifts:
        faults.extend(_shift_faults(shift))
    faults.extend(_condition_faults(visits, shifts, conditions))
    for mode in sorted({shift.mode for shift in shifts}):
        faults.extend(_travel_faults(mode, travel, visits, shifts))
    if faults:
        raise InputError(faults)


def office_key(shift: Shift) -> str:
    """The key of a shift's office in a travel matrix."""
    return f"office:{shift.team_id}"


def _doubled(ids: Sequence[str], field: str) -> Iterator[Fault]:
    for one in sorted(one for one, times in Counter(ids).items() if times > 1):
        yield Fault("occurs more than once", field=field, value=one)


def _visit_faults(visit: Visit) -> Iterator[Fault]:
    counts = (visit.service_seconds, visit.kits, *(count for _, count in visit.kit_types))
    if min(counts) < 0:
        yield Fault("service time and kits cannot be negative", field="visit", value=visit.visit_id)
    if any(min(window.start, window.end) < 0 for window in visit.windows):
        yield Fault("its hours cannot be negative", field="visit", value=visit.visit_id)
    if not 0 <= visit.value < 1_000:
        yield Fault("its value must lie between 0 and 1,000", field="visit", value=visit.visit_id)


def _shift_faults(shift: Shift) -> Iterator[Fault]:
    if not 0 <= shift.start < shift.end <= DAY:
        yield Fault("working hours must end after they start", field="shift", value=shift.shift_id)
    if min(shift.kit_capacity, *(count for _, count in shift.kit_stock), 0) < 0:
        yield Fault("kit capacity cannot be negative", field="shift", value=shift.shift_id)
    if shift.most_work is not None and shift.most_work < 0:
        yield Fault("working time cannot be negative", field="shift", value=shift.shift_id)
    pause = shift.pause
    if pause is not None and (pause.duration < 0 or pause.latest < pause.earliest):
        yield Fault("the pause must end after it starts", field="shift", value=shift.shift_id)


def _condition_faults(
    visits: Sequence[Visit], shifts: Sequence[Shift], conditions: Conditions
) -> Iterator[Fault]:
    known = {visit.visit_id for visit in visits}
    works = {shift.shift_id for shift in shifts}
    halves = [half for pair in conditions.pairs for half in pair]
    attempts = [one for each in conditions.spacings for one in (each.first, each.second)]
    begun = [stop.visit_id for each in conditions.begun for stop in each.stops]
    locked = [lock.visit_id for lock in conditions.locks]
    named = {
        "a pair": halves, "a spacing": attempts, "a begun day": begun, "a lock": locked
    }  # fmt: skip
    for what, ids in named.items():
        for one in dict.fromkeys(ids):
            if one not in known:
                yield Fault(f"{what} names a visit that is not asked for", field="visit", value=one)
    yield from _doubled(halves, "pairs")
    # Where two crews have been, both say so.
    twice = {visit.visit_id for visit in visits if visit.second_crew is not None}
    for one, times in sorted(Counter(begun).items()):
        if times > (2 if one in twice else 1):
            yield Fault("occurs more than once", field="begun", value=one)
    yield from _doubled(locked, "locks")
    shifts_named = {
        "a begun day": [each.shift_id for each in conditions.begun],
        "a lock": [lock.shift_id for lock in conditions.locks],
    }
    for what, ids in shifts_named.items():
        for one in dict.fromkeys(ids):
            if one not in works:
                yield Fault(f"{what} names a shift that does not work", field="shift", value=one)
    yield from _doubled(shifts_named["a begun day"], "begun")
    ends = [f"{x.position} on {x.shift_id}" for x in conditions.locks if x.position]
    yield from _doubled(ends, "locks")
    for each in conditions.spacings:
        if each.first == each.second or each.days < 0 or not 0 <= each.hours < 24:
            words = "a spacing needs two visits, days from 0 and hours from 0 to 24"
            yield Fault(words, field="spacings", value=f"{each.first}, {each.second}")


def _travel_faults(
    mode: Mode, travel: Mapping[Mode, Travel], visits: Sequence[Visit], shifts: Sequence[Shift]
) -> Iterator[Fault]:
    if mode not in travel:
        yield Fault("no travel times for this mode", field="travel", value=mode)
        return
    table = travel[mode]
    if table.seconds.shape != (len(table.keys), len(table.keys)):
        yield Fault("the travel matrix is not square", field="travel", value=mode)
        return
    if bool((table.seconds < 0).any()):
        yield Fault("travel times cannot be negative", field="travel", value=mode)
    known = set(table.keys)
    wanted = [visit.visit_id for visit in visits]
    wanted += sorted({office_key(shift) for shift in shifts if shift.mode is mode})
    for key in wanted:
        if key not in known:
            yield Fault(f"the {mode} matrix lacks it", field="travel", value=key)
