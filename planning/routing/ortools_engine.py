"""OR-Tools routing, one component at a time: the engine of record for up to about 250 visits.

What this wheel taught (design §5, and measured here): travel goes in as matrices, never as Python
callbacks; every visit is optional at its penalty, or a tight fleet yields nothing; which shift may
serve a visit is set on the vehicle variables; iterated local search only runs through its own
entry point; the best solution is copied out in the solution callback, because what the model hands
back at its limit may be nothing. Pauses are breaks on a clock that shows the time of day: on
absolute time a visit's windows have a hole every night, and the search is five times slower. The
search holds the interpreter's lock and may stay silent past its limit while it builds a first
solution: run it in a process that can be killed from outside.

Same seed, same plan: the search ends after a number of steps that depends on the size alone, and
its temperature falls with the larger of the shares of steps and of seconds used up. Seconds are a
cap several times what the usual component needs, so the steps decide. Where the seconds come first
(large components, or a machine very much busier than usual) the plan is valid but may differ from
run to run; `Answer.capped` says so.
"""

from __future__ import annotations

import time
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2, routing_ils_pb2

from planning.routing.engines import Answer, Found, nothing
from planning.routing.problem import NEVER, Ints, Problem, Solution, cost
from planning.routing.workers import Stop

if TYPE_CHECKING:
    from ortools.constraint_solver.routing_parameters_pb2 import RoutingSearchParameters

POLISHED = 120
"""Visits up to which every step ends with local search. Beyond, ruin and recreate alone gains more
in the same time (250 visits, 20 s: 173,562 against 179,182)."""

Windows = tuple[tuple[int, int], ...]

_OFF = 2
"""`BOOL_FALSE` of ortools.util.OptionalBoolean."""
_HOT, _COLD = 2_000.0, 10.0
"""Annealing temperatures in seconds of travel beyond `POLISHED` visits (design §5)."""
_WARM, _COOL = 100.0, 2.0
"""The same up to `POLISHED` visits, where legs are short: on nine districts of 28 to 37 visits 5 %
below the costs of the hotter ones, and no worse on 60 visits."""


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

    `stop` is asked once, before the search: nothing but the end of its process ends it early.
    """
    began = time.monotonic()
    if problem.visits == 0 or problem.shifts == 0:
        return nothing(problem)
    model = _Model(problem, seed)
    keeper = _Keeper(model, began, found, start)
    if stop is not None and stop():
        return Answer(keeper.routes, keeper.cost, capped=True, trace=())
    steps = iterations or steps_for(problem.visits)
    model.search(keeper, began + seconds - time.monotonic(), steps)
    capped = time.monotonic() - began >= seconds
    return Answer(keeper.routes, keeper.cost, capped, tuple(keeper.trace))


def solve_usual(problem: Problem, *, seed: int = 0, seconds: float = 10.0) -> Answer:
    """The recipe of OR-Tools' guides on the same model: PATH_CHEAPEST_ARC, guided local search.

    For comparison only (`outreach.py bench routing`).
    """
    began = time.monotonic()
    model = _Model(problem, seed)
    keeper = _Keeper(model, began, None, None)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
    model.search_with(keeper, parameters)
    return Answer(keeper.routes, keeper.cost, capped=True, trace=tuple(keeper.trace))


class _Keeper:
    """Copies out every better solution: cancelling from here has no effect on this search."""

    def __init__(
        self, model: _Model, began: float, found: Found | None, start: Solution | None
    ) -> None:
        self._model, self._began, self._found = model, began, found
        self.routes: Solution = start or ((),) * model.problem.shifts
        self.cost = cost(model.problem, self.routes)
        self.trace: list[tuple[float, float]] = []

    def __call__(self) -> None:
        if self._model.routing.CostVar().Max() >= self.cost:
            return
        routes = self._model.read()
        value = cost(self._model.problem, routes)
        if value < self.cost:
            self.routes, self.cost = routes, value
            self.trace.append((round(time.monotonic() - self._began, 2), float(value)))
            if self._found is not None:
                self._found(routes, value)


class _Model:
    """The routing model. A visit whose hours differ between days has one node for each version.

    Limit of this model: both halves of an ordered pair keep one version, the one that holds on
    most of their shifts.
    """

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self._visit, self._windows, self._shifts = _nodes(problem)
        self._order = np.random.default_rng(seed).permutation(len(self._visit))
        self._horizon = int((problem.end - problem.midnight).max())
        offices, office = np.unique(problem.office, return_inverse=True)
        self._travel_node = np.concatenate([self._visit[self._order], offices])
        ends = (len(self._visit) + office).tolist()
        self.manager = pywrapcp.RoutingIndexManager(
            len(self._travel_node), problem.shifts, ends, ends
        )
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._index = np.empty(len(self._visit), dtype=np.int64)
        for place, node in enumerate(self._order):
            self._index[node] = self.manager.NodeToIndex(place)
        self._add_travel()
        self._clock = self._add_clock()
        self._add_load()
        self._add_visits()
        self._add_pairs()
        self._add_pauses()

    def _matrix(self, mode: int) -> Ints:
        """Travel between model nodes; an unreachable pair takes longer than any day."""
        whole = self.problem.travel[mode][np.ix_(self._travel_node, self._travel_node)]
        matrix: Ints = np.minimum(whole, 2 * self._horizon).astype(np.int64)
        return matrix

    def _at_node(self, values: Ints) -> Ints:
        """`values` of visits by model node, 0 at offices."""
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
                matrix = self._matrix(mode) + added[None, :]
                known[key] = self.routing.RegisterTransitMatrix(matrix.tolist())
            self.routing.SetArcCostEvaluatorOfVehicle(known[key], shift)

    def _add_clock(self) -> pywrapcp.RoutingDimension:
        """Time of day at every node: start of service at visits."""
        service = self._at_node(self.problem.service)
        clocks = [
            self.routing.RegisterTransitMatrix((self._matrix(mode) + service[:, None]).tolist())
            for mode in range(len(self.problem.travel))
        ]
        start = self.problem.start - self.problem.midnight
        end = self.problem.end - self.problem.midnight
        self.routing.AddDimensionWithVehicleTransitAndCapacity(
            [clocks[mode] for mode in self.problem.mode.tolist()],
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

    def _add_visits(self) -> None:
        versions: dict[int, list[int]] = defaultdict(list)
        for node, visit in enumerate(self._visit.tolist()):
            index = int(self._index[node])
            versions[visit].append(index)
            self.routing.VehicleVar(index).SetValues([-1, *self._shifts[node]])
            windows = self._windows[node]
            start = self._clock.CumulVar(index)
            start.SetRange(windows[0][0], min(windows[-1][1], self._horizon))
            for (_, closes), (opens, _) in pairwise(windows):
                start.RemoveInterval(closes + 1, opens - 1)
        for visit, indices in versions.items():
            self.routing.AddDisjunction(indices, int(self.problem.penalty[visit]), 1)

    def _add_pairs(self) -> None:
        node_of = {visit: node for node, visit in enumerate(self._visit.tolist())}
        solver = self.routing.solver()
        for first, second in self.problem.pairs:
            halves = [int(self._index[node_of[v]]) for v in (first, second) if v in node_of]
            if len(halves) < 2:  # no shift may serve one of them, so the other stays, too
                for half in halves:
                    solver.Add(self.routing.ActiveVar(half) == 0)
                continue
            a, b = halves
            self.routing.AddPickupAndDelivery(a, b)
            solver.Add(self.routing.VehicleVar(a) == self.routing.VehicleVar(b))
            solver.Add(self._clock.CumulVar(a) <= self._clock.CumulVar(b))

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

    def search(self, keeper: _Keeper, seconds: float, steps: int) -> None:
        """Iterated local search; `keeper` sees every solution it accepts."""
        parameters = _parameters(seconds, steps, polish=self.problem.visits <= POLISHED)
        self.routing.AddAtSolutionCallback(keeper)
        self.routing.CloseModelWithParameters(parameters)
        self.routing.SolveWithIteratedLocalSearch(parameters)

    def search_with(self, keeper: _Keeper, parameters: RoutingSearchParameters) -> None:
        """One search with the given parameters; `keeper` sees every solution it accepts."""
        self.routing.AddAtSolutionCallback(keeper)
        self.routing.SolveWithParameters(parameters)

    def read(self) -> Solution:
        """The routes of the solution at hand, as visit indices."""
        return tuple(tuple(self._read_route(shift)) for shift in range(self.problem.shifts))

    def _read_route(self, shift: int) -> list[int]:
        route = []
        index = self.routing.NextVar(self.routing.Start(shift)).Value()
        while not self.routing.IsEnd(index):
            route.append(int(self._travel_node[self.manager.IndexToNode(index)]))
            index = self.routing.NextVar(index).Value()
        return route


def _nodes(problem: Problem) -> tuple[Ints, list[Windows], list[list[int]]]:
    """For every model node: its visit, its hours as times of day, the shifts that may serve it."""
    paired = {visit for pair in problem.pairs for visit in pair}
    visits, windows, shifts = [], [], []
    for visit in range(problem.visits):
        versions: dict[Windows, list[int]] = defaultdict(list)
        for shift in np.nonzero(problem.allowed[visit])[0].tolist():
            hours = _hours(problem, visit, shift)
            if hours:
                versions[hours].append(shift)
        chosen = sorted(versions.items(), key=lambda version: (-len(version[1]), version[0]))
        for hours, able in chosen[:1] if visit in paired else chosen:
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


def _parameters(seconds: float, steps: int, *, polish: bool) -> RoutingSearchParameters:
    """Best settings found (design §5)."""
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
        (_WARM, _COOL) if polish else (_HOT, _COLD)
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
