"""OR-Tools routing, one component at a time: the engine of record for up to about 250 visits.

What this wheel taught (design §5, and measured here): travel goes in as matrices, never as Python
callbacks; every visit is optional at its penalty, or a tight fleet yields nothing; which shift may
serve a visit is set on the vehicle variables; iterated local search only runs through its own
entry point, and begins with given routes only when these are locked until its first solution; a
constraint that its filters do not know (two crews' common start) wastes nearly every step, so such
ties are held apart from the search (`decoupling`); the best solution is copied out in the solution
callback, because what the model hands back at its limit may be nothing. Pauses are breaks on a
clock that shows the time of day: on absolute time a visit's windows have a hole every night, and
the search is five times slower. The search holds the interpreter's lock and may stay silent past
its limit while it builds a first solution: run it in a process that can be killed from outside.

The model is a little wider than the rules: where a pause is due it counts of a limited working time
only travel and service, and unfairness has the price of a straight line. So every solution is timed
before it is kept, loses what does not fit, and is judged by `problem.cost`.

Same seed, same plan: the search ends after a number of steps that depends on the size alone, and
its temperature falls with the larger of the shares of steps and of seconds used up. Seconds are a
cap several times what the usual component needs, so the steps decide. Where the seconds come first
(large components, or a machine very much busier than usual) the plan is valid but may differ from
run to run; `Answer.capped` says so.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2, routing_ils_pb2

from planning.routing.decoupling import decoupled
from planning.routing.engines import Answer, Found, Keeper, nothing
from planning.routing.insertion import Routes, insert_left, sound, units
from planning.routing.problem import DAY, NEVER, Bools, Ints, Problem, Solution
from planning.routing.schedule import timed
from planning.routing.workers import Stop

if TYPE_CHECKING:
    from ortools.constraint_solver.routing_parameters_pb2 import RoutingSearchParameters

POLISHED = 120
"""Visits up to which every step ends with local search. Beyond, ruin and recreate alone gains more
in the same time (250 visits, 20 s: 173,562 against 179,182)."""

FEW = 25
"""Visits up to which hours with a gap are two versions of a visit. The search's filters overlook
such gaps, so that a step may be refused afterwards; of few visits it can happen that every step is,
and nothing but the clock ends the search. For more visits the additional nodes cost more time."""
ROUNDS = 3
"""Searches one after the other where two crews meet or attempts lie apart; between them these find
other places."""

Windows = tuple[tuple[int, int], ...]

_OFF = 2
"""`BOOL_FALSE` of ortools.util.OptionalBoolean."""
_HOT, _COLD = 2_000.0, 10.0
"""Annealing temperatures in seconds of travel beyond `POLISHED` visits (design §5)."""
_WARM, _COOL = 100.0, 2.0
"""The same up to `POLISHED` visits, where legs are short: on nine districts of 28 to 37 visits 5 %
below the costs of the hotter ones, and no worse on 60 visits."""


_FINE = 100
"""Costs are counted so many times where teams' work is to be even: a second's unfairness is worth
a small part of a second."""


def steps_for(visits: int) -> int:
    """Steps of the search after which a component of this size has converged.

    Measured: nine districts of 28 to 37 visits over five days cost the same with twice the steps,
    0.7 % more with half of them.
    """
    return 50 + visits * visits // 2 if visits <= POLISHED else 1_000 * visits


def solve(
    problem: Problem,
    *,
    seed: int = 0,
    seconds: float = 10.0,
    iterations: int | None = None,
    start: Solution | None = None,
    found: Found | None = None,
    stop: Stop | None = None,
) -> Answer:
    """See `engines.Engine`. Without `iterations` as many as `steps_for` says.

    `stop` is asked between searches: nothing but the end of its process ends one early.
    """
    began = time.monotonic()
    if problem.visits == 0 or problem.shifts == 0:
        return nothing(problem)
    keeper = Keeper(problem, began, found, start)
    keeper.fill()
    tied = bool(problem.together or problem.apart)
    # A search of its own makes a better beginning than routes that were filled one by one.
    routes = keeper.routes if tied or start is not None else ((),) * problem.shifts
    steps, stopped = iterations or steps_for(problem.visits), False
    rounds = ROUNDS if tied else 1
    for left in range(rounds, 0, -1):
        remaining = began + seconds - time.monotonic()
        stopped = stop is not None and stop()
        if stopped or remaining <= 0:
            break
        model = _Model(decoupled(problem, routes), seed)
        model.search(keeper, remaining / left, max(1, steps // rounds), routes)
        keeper.offer(_rearranged(problem, keeper.routes))
        keeper.fill()
        routes = keeper.routes
    capped = stopped or time.monotonic() - began >= seconds
    return keeper.answer(capped=capped)


def _rearranged(problem: Problem, routes: Solution) -> Routes:
    """`routes` with visits of two crews put where they add least, unless they are locked."""
    leads = {lead for lead, _ in problem.together}
    meetings = [
        unit
        for unit in units(problem)
        if not leads.isdisjoint(unit) and problem.locked.isdisjoint(unit)
    ]
    rows = {row for unit in meetings for row in unit}
    moved = sound(problem, [[visit for visit in route if visit not in rows] for route in routes])
    insert_left(problem, moved, among=meetings)
    return moved


def solve_usual(problem: Problem, *, seed: int = 0, seconds: float = 10.0) -> Answer:
    """The recipe of OR-Tools' guides on the same model: PATH_CHEAPEST_ARC, guided local search.

    For comparison only (`outreach.py bench routing`).
    """
    keeper = Keeper(problem, time.monotonic(), None, None)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
    _Model(decoupled(problem, keeper.routes), seed).search_with(keeper, parameters)
    return keeper.answer(capped=True)


class _Model:
    """The routing model of a decoupled problem.

    A visit whose hours differ between days has one node for each version of them.
    """

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self._visit, self._windows, self._shifts = _nodes(problem)
        self._versions: dict[int, list[int]] = defaultdict(list)
        for node, visit in enumerate(self._visit.tolist()):
            self._versions[visit].append(node)
        self._order = np.random.default_rng(seed).permutation(len(self._visit))
        self._horizon = int((problem.end - problem.midnight).max())
        self._scale = _FINE if _rivals(problem) else 1
        places, place = np.unique([problem.origin, problem.office], return_inverse=True)
        self._travel_node = np.concatenate([self._visit[self._order], places])
        origins, offices = (len(self._visit) + place.reshape(2, -1)).tolist()
        self.manager = pywrapcp.RoutingIndexManager(
            len(self._travel_node), problem.shifts, origins, offices
        )
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._index = np.empty(len(self._visit), dtype=np.int64)
        for at, node in enumerate(self._order):
            self._index[node] = self.manager.NodeToIndex(at)
        self._best = 1 << 62
        self._add_travel()
        self._clock = self._add_clock()
        self._add_load()
        self._disjunction = self._add_visits()
        self._add_pairs()
        self._add_pauses()
        self._add_work()

    def _matrix(self, mode: int) -> Ints:
        """Travel between model nodes; an unreachable pair takes longer than any day.

        So does the way from another visit to what must come first, and on from what comes last.
        """
        never = 2 * self._horizon
        whole = self.problem.travel[mode][np.ix_(self._travel_node, self._travel_node)]
        matrix: Ints = np.minimum(whole, never).astype(np.int64)
        count, visits = len(self._visit), self._visit[self._order]
        matrix[:count, :count][:, np.isin(visits, list(self.problem.first))] = never
        matrix[:count, :count][np.isin(visits, list(self.problem.last))] = never
        return matrix

    def _at_node(self, values: Ints) -> Ints:
        """`values` of visits by model node, 0 at origins and offices."""
        padded = np.zeros(len(self._travel_node), dtype=np.int64)
        padded[: len(self._visit)] = values[self._visit[self._order]]
        return padded

    def _add_travel(self) -> None:
        """Arc costs: travel plus what the visit it leads to costs on that shift."""
        known: dict[bytes, int] = {}
        for shift in range(self.problem.shifts):
            added = self._at_node(self.problem.shift_cost[:, shift])
            mode = int(self.problem.mode[shift])
            key = bytes([mode]) + added.tobytes()
            if key not in known:
                matrix = (self._matrix(mode) + added[None, :]) * self._scale
                known[key] = self.routing.RegisterTransitMatrix(matrix.tolist())
            self.routing.SetArcCostEvaluatorOfVehicle(known[key], shift)
            self._add_way_home(shift)

    def _add_way_home(self, shift: int) -> None:
        """A crew on the road goes home, visits or not; that costs nothing to leave out."""
        origin, office = int(self.problem.origin[shift]), int(self.problem.office[shift])
        way = int(self.problem.travel[int(self.problem.mode[shift])][origin, office])
        needs = int(self.problem.start[shift]) + way + int(self.problem.pause[shift, 2])
        if origin != office and needs <= self.problem.end[shift]:
            self.routing.SetVehicleUsedWhenEmpty(True, shift)

    def _spent(self) -> list[int]:
        """By mode, an evaluator of the seconds from a node's beginning to the next node."""
        service = self._at_node(self.problem.service)
        return [
            self.routing.RegisterTransitMatrix((self._matrix(mode) + service[:, None]).tolist())
            for mode in range(len(self.problem.travel))
        ]

    def _add_clock(self) -> pywrapcp.RoutingDimension:
        """Time of day at every node: start of service at visits."""
        self._seconds = self._spent()
        start = self.problem.start - self.problem.midnight
        end = self.problem.end - self.problem.midnight
        self.routing.AddDimensionWithVehicleTransitAndCapacity(
            [self._seconds[mode] for mode in self.problem.mode.tolist()],
            self._horizon,
            end.tolist(),
            False,
            "clock",
        )
        clock = self.routing.GetDimensionOrDie("clock")
        for shift in range(self.problem.shifts):
            hours = int(start[shift]), int(end[shift])
            clock.CumulVar(self.routing.Start(shift)).SetRange(*hours)
            clock.CumulVar(self.routing.End(shift)).SetRange(*hours)
            # With a pause the search stalls over this bound: there only travel and service count.
            if self.problem.work[shift] < NEVER and not self.problem.pause[shift, 2]:
                clock.SetSpanUpperBoundForVehicle(int(self.problem.work[shift]), shift)
        return clock

    def _add_load(self) -> None:
        if not self.problem.load.any():
            return
        for kind in range(self.problem.load.shape[1]):
            at_node = self._at_node(self.problem.load[:, kind])
            load = self.routing.RegisterUnaryTransitVector(at_node.tolist())
            self.routing.AddDimensionWithVehicleCapacity(
                load, 0, self.problem.capacity[:, kind].tolist(), True, f"kits {kind}"
            )

    def _add_visits(self) -> dict[int, int]:
        """The disjunction of every visit that some shift may serve."""
        for node in range(len(self._visit)):
            index = int(self._index[node])
            self.routing.VehicleVar(index).SetValues([-1, *self._shifts[node]])
            windows = self._windows[node]
            start = self._clock.CumulVar(index)
            start.SetRange(windows[0][0], min(windows[-1][1], self._horizon))
            for (_, closes), (opens, _) in pairwise(windows):
                start.RemoveInterval(closes + 1, opens - 1)
        return {
            visit: self.routing.AddDisjunction(
                [int(self._index[node]) for node in nodes],
                int(self.problem.penalty[visit]) * self._scale,
                1,
            )
            for visit, nodes in self._versions.items()
        }

    def _add_pairs(self) -> None:
        solver = self.routing.solver()
        for first, second in self.problem.pairs:
            halves = [
                [int(self._index[n]) for n in self._versions.get(v, ())] for v in (first, second)
            ]
            if not all(halves):  # no shift may serve one of them, so the other stays, too
                for index in (*halves[0], *halves[1]):
                    solver.Add(self.routing.ActiveVar(index) == 0)
                continue
            self.routing.AddPickupAndDeliverySets(
                self._disjunction[first], self._disjunction[second]
            )
            # A version that is not used is on vehicle -1: the sums differ by the number of those.
            a, b = (sum(self.routing.VehicleVar(i) for i in half) + len(half) for half in halves)
            solver.Add(a == b)
            for one, other in product(*halves):
                self._add_order(one, other)

    def _add_order(self, one: int, other: int) -> None:
        """Where both versions are used, the one starts before the other."""
        unused = 2 - self.routing.ActiveVar(one) - self.routing.ActiveVar(other)
        before = self._clock.CumulVar(other) + unused * self._horizon
        self.routing.solver().Add(self._clock.CumulVar(one) <= before)

    def _add_pauses(self) -> None:
        service = self._at_node(self.problem.service)
        at_index = [
            int(service[self.manager.IndexToNode(index)]) for index in range(self.routing.Size())
        ]
        for shift in range(self.problem.shifts):
            earliest, latest, duration = self.problem.pause[shift].tolist()
            if duration:
                midnight = int(self.problem.midnight[shift])
                pause = self.routing.solver().FixedDurationIntervalVar(
                    earliest - midnight, latest - midnight, duration, False, f"pause {shift}"
                )
                self._clock.SetBreakIntervalsOfVehicle([pause], shift, at_index)

    def _add_work(self) -> None:
        """Travel and service of every shift: limited, and priced beyond its share."""
        rivals = _rivals(self.problem)
        longest = 4 * self._horizon
        if not rivals and self.problem.work.min() >= longest:
            return
        self.routing.AddDimensionWithVehicleTransitAndCapacity(
            [self._seconds[mode] for mode in self.problem.mode.tolist()],
            0, np.minimum(self.problem.work, longest).tolist(), True, "work",
        )  # fmt: skip
        work = self.routing.GetDimensionOrDie("work")
        for group in rivals:
            self._add_fairness(work, np.flatnonzero(self.problem.group == group))

    def _add_fairness(self, work: pywrapcp.RoutingDimension, shifts: Ints) -> None:
        """A price on every second of a shift beyond its share of its group's work.

        A straight line instead of `problem.unfairness`'s square: right for an hour too many a day.
        """
        hours = self.problem.end - self.problem.start
        own: Bools = np.asarray(self.problem.allowed[:, shifts].any(axis=1))
        share = _expected(self.problem, own) / int(hours[shifts].sum())
        for shift in shifts.tolist():
            price = self._scale * self.problem.fair * 60 // max(1, int(hours[shift]))
            bound = pywrapcp.BoundCost(int(share * hours[shift]), price)
            work.SetSoftSpanUpperBoundForVehicle(bound, shift)

    def search(
        self, keeper: Keeper, seconds: float, steps: int, start: Sequence[Sequence[int]]
    ) -> None:
        """Iterated local search from `start`; `keeper` sees every better solution."""
        warm = any(start)
        parameters = _parameters(seconds, steps, polish=self.problem.visits <= POLISHED, warm=warm)
        self.routing.CloseModelWithParameters(parameters)
        if warm:
            self._begin_with(start)
        self.routing.AddAtSolutionCallback(lambda: self._look(keeper))
        self.routing.SolveWithIteratedLocalSearch(parameters)

    def _begin_with(self, start: Sequence[Sequence[int]]) -> None:
        """Makes `start` the first solution of the search, if the model agrees with it."""
        routes = [self._route_nodes(shift, route) for shift, route in enumerate(start)]
        if self.routing.ReadAssignmentFromRoutes(routes, True) is None:
            return
        self.routing.ApplyLocksToAllVehicles(routes, False)
        free: list[list[int]] = [[] for _ in routes]
        self.routing.AddAtSolutionCallback(
            lambda: self.routing.ApplyLocksToAllVehicles(free, False)
        )

    def _route_nodes(self, shift: int, route: Sequence[int]) -> list[int]:
        """Of every visit the version that is open when it is made."""
        times = timed(self.problem, shift, route)
        if times is None:
            return []
        midnight = int(self.problem.midnight[shift])
        return [
            int(self._index[node])
            for visit, start in zip(route, times.starts, strict=True)
            for node in self._versions[visit]
            if shift in self._shifts[node]
            and any(opens <= start - midnight <= closes for opens, closes in self._windows[node])
        ]

    def search_with(self, keeper: Keeper, parameters: RoutingSearchParameters) -> None:
        """One search with the given parameters; `keeper` sees every better solution."""
        self.routing.AddAtSolutionCallback(lambda: self._look(keeper))
        self.routing.SolveWithParameters(parameters)

    def _look(self, keeper: Keeper) -> None:
        """Offers the solution at hand, unless a sound one was better by the model's costs."""
        value = self.routing.CostVar().Max()
        if value < self._best and keeper.offer(self._read()):
            self._best = value

    def _read(self) -> list[list[int]]:
        """The routes of the solution at hand, as visit indices."""
        return [self._read_route(shift) for shift in range(self.problem.shifts)]

    def _read_route(self, shift: int) -> list[int]:
        route = []
        index = self.routing.NextVar(self.routing.Start(shift)).Value()
        while not self.routing.IsEnd(index):
            route.append(int(self._travel_node[self.manager.IndexToNode(index)]))
            index = self.routing.NextVar(index).Value()
        return route


def _rivals(problem: Problem) -> list[int]:
    """Groups of more than one team, where fairness counts."""
    if not problem.fair:
        return []
    groups = np.unique(problem.group).tolist()
    return [one for one in groups if len(np.unique(problem.team[problem.group == one])) > 1]


def _expected(problem: Problem, visits: Bools) -> float:
    """Seconds of work that `visits` are likely to take: service, and a leg to a near neighbour."""
    rows = np.flatnonzero(visits)
    if not len(rows):
        return 0.0
    near = min(3, len(rows) - 1)
    legs = np.partition(problem.travel[0][np.ix_(rows, rows)], near, axis=1)[:, near]
    return float(problem.service[rows].sum() + np.minimum(legs, DAY).sum())


def _nodes(problem: Problem) -> tuple[Ints, list[Windows], list[list[int]]]:
    """For every model node: its visit, its hours as times of day, the shifts that may serve it."""
    visits, windows, shifts = [], [], []
    for visit in range(problem.visits):
        versions: dict[Windows, list[int]] = defaultdict(list)
        for shift in np.nonzero(problem.allowed[visit])[0].tolist():
            hours = _hours(problem, visit, shift)
            stretches = [(one,) for one in hours] if problem.visits <= FEW else [hours]
            for stretch in filter(None, stretches):
                versions[stretch].append(shift)
        for hours, able in sorted(versions.items(), key=lambda one: (-len(one[1]), one[0])):
            visits.append(visit)
            windows.append(hours)
            shifts.append(able)
    return np.array(visits, dtype=np.int64), windows, shifts


def _hours(problem: Problem, visit: int, shift: int) -> Windows:
    """The visit's windows on that shift's day, as times of day, cut to whole days."""
    midnight = int(problem.midnight[shift])
    later = problem.midnight[problem.midnight > midnight]
    length = int(later.min()) - midnight if len(later) else NEVER
    return tuple(
        (max(0, earliest - midnight), min(length, latest - midnight))
        for earliest, latest in problem.windows[visit]
        if latest >= midnight and earliest - midnight < length
    )


def _parameters(seconds: float, steps: int, *, polish: bool, warm: bool) -> RoutingSearchParameters:
    """Best settings found (design §5); a search from given routes is not to throw them away."""
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
    parameters.solution_limit = steps
    operators = parameters.local_search_operators
    for operator in operators.DESCRIPTOR.fields:
        if "lns" in operator.name:
            setattr(operators, operator.name, _OFF)
    parameters.use_iterated_local_search = True
    search = parameters.iterated_local_search_parameters
    search.perturbation_strategy = routing_ils_pb2.PerturbationStrategy.RUIN_AND_RECREATE
    search.improve_perturbed_solution = polish
    _set_ruin(search.ruin_recreate_parameters)
    annealing = search.reference_solution_acceptance_strategy.simulated_annealing
    annealing.cooling_schedule_strategy = routing_ils_pb2.CoolingScheduleStrategy.EXPONENTIAL
    annealing.automatic_temperatures = False
    annealing.initial_temperature, annealing.final_temperature = (
        (_WARM, _COOL) if polish or warm else (_HOT, _COLD)
    )
    search.best_solution_acceptance_strategy.greedy_descent.SetInParent()
    return parameters


def _set_ruin(parameters: routing_ils_pb2.RuinRecreateParameters) -> None:
    """SISR: strings of about ten visits, put back one by one where they cost least."""
    strings = parameters.ruin_strategies.add().sisr
    strings.max_removed_sequence_size = 10
    strings.avg_num_removed_visits = 10
    strings.bypass_factor = 0.01
    parameters.ruin_composition_strategy = (
        routing_ils_pb2.RuinCompositionStrategy.RUN_ALL_SEQUENTIALLY
    )
    parameters.recreate_strategy.heuristic = (
        routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION
    )
    parameters.route_selection_neighbors_ratio = 1.0
    parameters.route_selection_min_neighbors = 10
    parameters.route_selection_max_neighbors = 100
