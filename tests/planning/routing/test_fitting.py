"""Which shifts could serve a visit: in arrays, and the same as one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.model import Mode, Pause, Sex, Window
from planning.routing.build import everything
from planning.routing.calendar import Calendar
from planning.routing.fitting import alone_slack
from planning.routing.rules import RULES, second_may
from planning.routing.schedule import fits
from planning.routing.weights import Weights

MONDAY = date(2026, 8, 24)
HOUR = 3600
FEW = st.sampled_from([frozenset(), frozenset({"x"}), frozenset({"x", "y"})])

wishes = st.fixed_dictionaries({
    "service_seconds": st.integers(0, 3 * HOUR),
    "windows": st.lists(
        st.builds(
            Window, st.integers(8 * HOUR, 14 * HOUR), st.integers(8 * HOUR, 17 * HOUR),
            st.sampled_from([frozenset({0}), frozenset({0, 1})]),
        ),
        max_size=3,
    ).map(tuple),
    "day": st.sampled_from([None, None, MONDAY, MONDAY + timedelta(1)]),
    "earliest": st.sampled_from([None, MONDAY + timedelta(1)]),
    "deadline": st.sampled_from([None, MONDAY]),
    "requires": FEW, "languages": FEW,
    "sexes": st.sampled_from([frozenset(), frozenset({Sex.FEMALE})]),
    "second_crew": st.sampled_from([None, None, frozenset(), frozenset({"x"})]),
    "kits": st.integers(0, 4),
    "teams": st.sampled_from([frozenset(), frozenset({"one"}), frozenset({"nine"})]),
    "municipality_code": st.sampled_from(["RIV", "HILL"]),
})  # fmt: skip
crews = st.fixed_dictionaries({
    "start": st.integers(8 * HOUR, 10 * HOUR), "end": st.integers(11 * HOUR, 17 * HOUR),
    "pause": st.sampled_from([None, Pause(12 * HOUR, 13 * HOUR, HOUR // 2)]),
    "most_work": st.sampled_from([None, 4 * HOUR]),
    "institutions": FEW, "languages": FEW, "kit_capacity": st.integers(0, 4),
    "sexes": st.sampled_from([frozenset(), frozenset({Sex.FEMALE})]),
    "municipality_code": st.sampled_from(["RIV", "HILL"]),
})  # fmt: skip


@settings(max_examples=60)
@given(st.lists(wishes, max_size=5), st.lists(crews, min_size=4, max_size=4), st.data())
def test_whole_tables_say_what_single_rules_say(visit, shift, along_a_road, asked, crews, data):
    """Any wishes, any crews, any ways: who may go, and who is back in time, is as one by one."""
    visits = [visit(str(number), **wish) for number, wish in enumerate(asked)]
    where = [("one", 0), ("one", 1), ("two", 0), ("two", 1)]
    shifts = [shift(team, day, **one) for (team, day), one in zip(where, crews, strict=True)]
    keys = ("office:one", "office:two", *(each.visit_id for each in visits))
    way = st.one_of(st.integers(0, 3 * HOUR), st.just(float("nan")))
    flat = data.draw(st.lists(way, min_size=len(keys) ** 2, max_size=len(keys) ** 2))
    seconds = np.array(flat, dtype=np.float32).reshape(len(keys), len(keys))
    table = replace(along_a_road(dict.fromkeys(keys, 0))[Mode.DRIVE], keys=keys, seconds=seconds)
    problem, asked_for = everything(
        visits, shifts, {Mode.DRIVE: table}, Calendar(MONDAY, 2), weights=Weights(fair=0)
    )
    slack = alone_slack(problem)
    for row, each in enumerate(asked_for.visits):
        for at, crew in enumerate(asked_for.shifts):
            if row < len(visits):
                may = all(rule(each, crew) for rule, _ in RULES)
            else:
                may = second_may(each, crew)
            assert problem.allowed[row, at] == may
            alone = replace(problem, load=problem.load * 0)
            if may:
                assert (slack[row, at] >= 0) == fits(alone, at, (row,))
