"""Long work in processes of its own: workers for the solver, jobs for whole use cases.

Every process is spawned, not forked: a fork would copy the web server's threads and locks. (The
spawned child imports the module of the function it runs, and the main script, whose `main()` must
therefore be guarded.) A pipe joins child and parent. A child whose parent is gone sees the pipe
close and ends itself; on Linux the kernel also kills it, because a search in C++ holds the
interpreter's lock and no Python thread would see anything. A parent whose child is gone sees the
same and says so. Nothing waits for ever and nothing is left behind.

Errors cross as `InputError` with its faults, or as the bare name of their type: the message of a
library's error may quote personal data.
"""

from __future__ import annotations

import atexit
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Protocol

from planning.errors import InputError, NotFound, OutreachError
from planning.model import JobStatus, Trace
from planning.routing.workers import Finished, Noted, Report, Stop, Work

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    # Carries (word, value): `go`, `stop` down; `note`, `progress`, `cost`, `done`, `fault` up.
    Channel = Connection[tuple[str, object], tuple[str, object]]

_SPAWN = multiprocessing.get_context("spawn")
_TICK = 0.1
"""Seconds between looks at the clock and at `stop`."""
_NICENESS = 5
"""Of a job: where both want one core, pages get three quarters of it."""

_GOING_DOWN = 10.0
"""Seconds that a service which is told to end has to say so, where its job was told, too."""

MOST_STEPS = 64
"""Steps of the cost that a job's status carries at most."""


class Telling:
    """How a job tells of itself: a `Report`, and what the plan costs that it is at."""

    def __init__(self, channel: Channel) -> None:
        """`channel` leads to the service."""
        self._channel = channel

    def __call__(self, share: float, words: str) -> None:
        """The share done, and what is going on."""
        _send(self._channel, "progress", (share, words))

    def cost(self, seconds: float, value: float) -> None:
        """The cost of the best plan, so many seconds after the search began."""
        _send(self._channel, "cost", (seconds, value))


JobFunction = Callable[[object, Telling, Stop], object]
"""function(payload, report, stop) -> result, importable by its module: a child runs it."""
Again = Callable[[str, str], tuple[JobFunction, object] | None]
"""again(kind, order) -> what does such work, and its payload; None where it is not to go on."""


class WorkFailed(RuntimeError):
    """A process ended without a result. The text says how and holds no personal data."""


# --- what both ends need --------------------------------------------------------------------


def _settle_in() -> None:
    """First act of a child: dies with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        parent_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2); counts for the spawning thread
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)


def _give_way() -> None:
    """Pages come first: a job and the workers it starts take the time that they leave."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


def _send(channel: Channel, word: str, value: object) -> None:
    """Sends to the parent; without one there is nobody to work for."""
    try:
        channel.send((word, value))
    except OSError:
        os._exit(1)


def _fault(error: Exception) -> object:
    """What may be told of an error: the user's faults in full, of anything else its type."""
    return error if isinstance(error, InputError) else type(error).__name__


def _raise(fault: object, what: str) -> None:
    if isinstance(fault, InputError):
        raise fault
    raise WorkFailed(f"{what} failed: {fault}")


def _ended(process: SpawnProcess) -> str:
    """How a process ended that said nothing."""
    process.join(1.0)
    code = process.exitcode
    if code is not None and code < 0:
        return f"a process was ended by signal {-code} ({signal.Signals(-code).name})"
    return f"a process ended unexpectedly with code {code}"


def _kill(process: SpawnProcess, channel: Channel) -> None:
    """Ends a process at once and collects it, so that no zombie stays."""
    channel.close()
    process.kill()
    process.join()
    process.close()


# --- workers --------------------------------------------------------------------------------


def _work_loop(channel: Channel) -> None:
    """A worker's life: payload after payload until the parent closes the pipe."""
    _settle_in()
    while True:
        try:
            _, order = channel.recv()
        except (EOFError, OSError):
            return
        assert isinstance(order, tuple)
        function, payload = order
        try:
            value = function(payload, lambda best: _send(channel, "note", best))
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
            _send(channel, "fault", _fault(error))
        else:
            _send(channel, "done", value)


@dataclass(slots=True)
class _Worker:
    """One child and what it is at."""

    process: SpawnProcess
    channel: Channel
    index: int | None = None


@dataclass(frozen=True, slots=True)
class ProcessWorkers:
    """`planning.routing.planner.Workers` over spawned processes on this machine."""

    processes: int = 2

    def map(
        self,
        function: Work,
        payloads: Sequence[object],
        *,
        hard_seconds: float,
        report: Report | None = None,
        stop: Stop | None = None,
        noted: Noted | None = None,
    ) -> list[Finished]:
        """Runs `function` on every payload, in the order given, `processes` at a time.

        After `hard_seconds`, or once `stop` says so, every process is killed, whatever it holds;
        what was noted last is then the value. A process that dies by itself costs its own payload
        only: that one is finished with a fault, and another process takes its place.

        Raises:
            InputError: a payload is at fault; all other work is ended.
            WorkFailed: `function` raised something else.
        """
        with self.kept() as workers:
            return workers.map(
                function, payloads, hard_seconds=hard_seconds, report=report, stop=stop, noted=noted
            )

    @contextmanager
    def kept(self) -> Iterator[_Kept]:
        """The same, with processes that stay from one `map` to the next."""
        kept = _Kept(self.processes)
        try:
            yield kept
        finally:
            kept.close()


class _Kept:
    """Workers whose processes stay until the end."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self._workers: list[_Worker] = []

    def map(
        self,
        function: Work,
        payloads: Sequence[object],
        *,
        hard_seconds: float,
        report: Report | None = None,
        stop: Stop | None = None,
        noted: Noted | None = None,
    ) -> list[Finished]:
        """See `ProcessWorkers.map`."""
        around = _Round(function, payloads, self.processes, report, noted, self._workers)
        return around.run(time.monotonic() + hard_seconds, stop)

    def kept(self) -> AbstractContextManager[_Kept]:
        """These; they are kept already."""
        return nullcontext(self)

    def close(self) -> None:
        """Ends every process."""
        while self._workers:
            worker = self._workers.pop()
            _kill(worker.process, worker.channel)


class _Round:
    """One call of `map`: idle `workers` are used, missing ones are started, late ones are ended."""

    def __init__(
        self,
        function: Work,
        payloads: Sequence[object],
        processes: int,
        report: Report | None,
        noted: Noted | None,
        workers: list[_Worker],
    ) -> None:
        self._function, self._payloads = function, payloads
        self._report, self._noted = report, noted
        self._waiting = deque(range(len(payloads)))
        self._notes: dict[int, object] = {}
        self._finished: dict[int, Finished] = {}
        self._size = max(1, min(processes, len(payloads)))
        self._workers = workers

    def run(self, until: float, stop: Stop | None) -> list[Finished]:
        """Until all is done, the clock runs out, or `stop`."""
        try:
            while len(self._finished) < len(self._payloads):
                if time.monotonic() >= until or (stop is not None and stop()):
                    self._hear_last_words()
                    break
                self._employ()
                busy = [worker.channel for worker in self._workers]
                for channel in wait(busy, timeout=min(_TICK, max(0.0, until - time.monotonic()))):
                    self._hear(next(w for w in self._workers if w.channel is channel))
        finally:
            for worker in [each for each in self._workers if each.index is not None]:
                self._workers.remove(worker)
                _kill(worker.process, worker.channel)
        return [
            self._finished.get(index, Finished(self._notes.get(index), complete=False))
            for index in range(len(self._payloads))
        ]

    def _employ(self) -> None:
        """Starts workers that are missing and gives the idle ones their next payload."""
        busy = sum(worker.index is not None for worker in self._workers)
        while len(self._workers) < min(self._size, busy + len(self._waiting)):
            self._workers.append(self._start())
        for worker in self._workers:
            if worker.index is None and self._waiting:
                worker.index = self._waiting.popleft()
                with suppress(OSError):  # it is gone: the pipe's end will be heard
                    worker.channel.send(("go", (self._function, self._payloads[worker.index])))

    def _start(self) -> _Worker:
        here, there = _SPAWN.Pipe()
        process = _SPAWN.Process(
            target=_work_loop, args=(there,), daemon=True, name="outreach worker"
        )
        process.start()
        there.close()
        return _Worker(process, here)

    def _hear(self, worker: _Worker) -> None:
        try:
            word, value = worker.channel.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if worker.index is None:
            return
        if self._noted is not None and word in ("note", "done"):
            self._noted(worker.index, value)
        if word == "note":
            self._notes[worker.index] = value
        elif word == "done":
            self._finish(worker, Finished(value, complete=True))
        elif word == "fault":
            _raise(
                value, self._function.__name__ if hasattr(self._function, "__name__") else "work"
            )

    def _bury(self, worker: _Worker) -> None:
        """A worker died: its payload ends with what it noted."""
        fault = _ended(worker.process)
        self._workers.remove(worker)
        index = worker.index
        _kill(worker.process, worker.channel)
        if index is not None:
            self._finish(worker, Finished(self._notes.get(index), complete=False, fault=fault))

    def _finish(self, worker: _Worker, finished: Finished) -> None:
        assert worker.index is not None
        self._finished[worker.index] = finished
        worker.index = None
        if self._report is not None:
            done, asked = len(self._finished), len(self._payloads)
            self._report(done / asked, f"{done} of {asked}")

    def _hear_last_words(self) -> None:
        """Takes what already lies in the pipes before the end."""
        for worker in list(self._workers):
            with suppress(EOFError, OSError):
                while worker in self._workers and worker.channel.poll():
                    self._hear(worker)


# --- jobs -----------------------------------------------------------------------------------


class JobStore(Protocol):
    """Keeps how jobs go, so that it survives a reload and a restart."""

    def save(self, status: JobStatus) -> None:
        """Adds a job, or changes the one of the same id."""

    def get(self, job_id: str) -> JobStatus | None:
        """The job of that id."""

    def find(self, kind: str, key_prefix: str = "") -> JobStatus | None:
        """The newest job of a kind whose key starts so."""

    def all_running(self) -> list[JobStatus]:
        """Jobs that were running when last heard of, oldest first."""


class MemoryStore:
    """A `JobStore` for tests and for commands that keep nothing."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, JobStatus] = OrderedDict()

    def save(self, status: JobStatus) -> None:
        """See `JobStore`."""
        self._jobs[status.job_id] = status

    def get(self, job_id: str) -> JobStatus | None:
        """See `JobStore`."""
        return self._jobs.get(job_id)

    def find(self, kind: str, key_prefix: str = "") -> JobStatus | None:
        """See `JobStore`."""
        for status in reversed(list(self._jobs.values())):
            if status.kind == kind and status.key.startswith(key_prefix):
                return status
        return None

    def all_running(self) -> list[JobStatus]:
        """See `JobStore`."""
        return [status for status in list(self._jobs.values()) if status.state == "running"]


def _job_life(channel: Channel, function: JobFunction, payload: object) -> None:
    """A job's life: one payload, progress up, a stop down."""
    _settle_in()
    _give_way()
    stopped = False

    def stop() -> bool:
        nonlocal stopped
        try:
            while channel.poll():
                stopped |= channel.recv()[0] == "stop"
        except (EOFError, OSError):
            os._exit(1)
        return stopped

    try:
        value = function(payload, Telling(channel), stop)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        _send(channel, "fault", _fault(error))
    else:
        _send(channel, "done", value)


class Jobs:
    """Jobs of one service. Each has a process, and a thread here that listens to it.

    One service a store: the process of a job that the store believes to be running when this one
    starts went with the service before. Such a job is started again under its id, once: one that
    ends its service must not do so for ever. What has no order to start it by, was started again
    before, or was asked to stop, is told to have failed.
    """

    def __init__(
        self,
        store: JobStore,
        *,
        grace_seconds: float = 30.0,
        keep: int = 32,
        again: Again = lambda _kind, _order: None,
    ) -> None:
        """`grace_seconds` is what a cancelled job has to hand over its best before it is killed.

        How the last `keep` jobs ended, and their results, stays in memory. `again` knows how what
        was cut off is started again.
        """
        self._store, self._grace, self._keep = store, grace_seconds, keep
        self._lock = threading.RLock()
        self._running: dict[str, _Job] = {}
        self._ended: OrderedDict[str, tuple[JobStatus, object | None]] = OrderedDict()
        going_on = [
            self._job_again(lost, again(lost.kind, lost.again) if lost.again else None)
            for lost in store.all_running()
        ]
        # Before multiprocessing's own exit handler, which would wait for a job to come to its end.
        atexit.register(self.close)
        for job in filter(None, going_on):  # all are kept by now: the store may be busy
            self._running[job.status.job_id] = job
            job.thread.start()

    def _job_again(self, lost: JobStatus, work: tuple[JobFunction, object] | None) -> _Job | None:
        """A job of the service before, to be started again; None where it ended with it."""
        used = replace(lost, again="")
        if work is None:
            message = "the service was restarted"
            self._store.save(replace(used, state="failed", message=message, finished=_now()))
            return None
        message = "started again: the service was restarted"
        status = replace(used, share=0.0, message=message)
        self._store.save(status)  # before it runs: if it ends this service, too, it ends no third
        return _Job(self, status, *work, self._grace)

    def start(
        self, kind: str, key: str, function: JobFunction, payload: object, *, again: str = ""
    ) -> str:
        """Starts `function(payload, report, stop)`, or joins the running job of that kind and key.

        Returns its id. `function` and `payload` are pickled; the payload should hold ids rather
        than personal data. `again` is kept beside the job, see `JobStatus`: no personal data.
        """
        with self._lock:
            for job in self._running.values():
                if (job.status.kind, job.status.key) == (kind, key):
                    return job.status.job_id
            status = JobStatus(uuid.uuid4().hex, kind, key, "running", started=_now(), again=again)
            self._store.save(status)
            job = _Job(self, status, function, payload, self._grace)
            self._running[status.job_id] = job
        job.thread.start()
        return status.job_id

    def status(self, job_id: str) -> JobStatus:
        """How it goes.

        Raises:
            NotFound: no such job.
        """
        with self._lock:
            running = self._running.get(job_id)
            ended = self._ended.get(job_id)
        status = running.status if running else ended[0] if ended else self._store.get(job_id)
        if status is None:
            raise NotFound("there is no such job")
        return status

    def find(self, kind: str, key_prefix: str = "") -> JobStatus | None:
        """The newest job of a kind whose key starts so: how a page finds it after a reload."""
        found = self._store.find(kind, key_prefix)
        return self.status(found.job_id) if found else None

    def cancel(self, job_id: str) -> None:
        """Asks a running job to end with the best it has; past the grace it is killed."""
        with self._lock:
            job = self._running.get(job_id)
        if job is not None:
            job.cancel()

    def result(self, job_id: str) -> object | None:
        """What the job returned; None while it runs, when it failed, or long after."""
        with self._lock:
            ended = self._ended.get(job_id)
        return ended[1] if ended else None

    def wait(self, job_id: str, *, seconds: float) -> JobStatus:
        """Waits for a job to end, no longer than `seconds`, and returns how it goes."""
        with self._lock:
            job = self._running.get(job_id)
        if job is not None:
            job.thread.join(seconds)
        return self.status(job_id)

    def close(self) -> None:
        """Kills every running job, as when the service ends; the next one may start it again."""
        atexit.unregister(self.close)
        with self._lock:
            jobs = list(self._running.values())
        for job in jobs:
            job.kill()
        for job in jobs:
            job.thread.join()

    def heard(self, status: JobStatus) -> None:
        """Keeps the progress of a running job, unless the store is busy: the next word will do."""
        with suppress(OutreachError):
            self._store.save(status)

    def ended(self, status: JobStatus, result: object | None) -> None:
        """Takes a job that ended off the list of running ones, also when the store is busy."""
        with self._lock:
            self._ended[status.job_id] = status, result
            while len(self._ended) > self._keep:
                self._ended.popitem(last=False)
            with suppress(OutreachError):
                self._store.save(status)
            self._running.pop(status.job_id, None)

    def left(self, status: JobStatus) -> None:
        """Takes a job that ends with the service off the list; the next service finds it kept."""
        with self._lock:
            self._running.pop(status.job_id, None)


class _Job:
    """A running job: its process, and the thread that started it and listens until it ends.

    One thread does both, because the kernel's link between child and parent hangs on it.
    """

    def __init__(
        self, jobs: Jobs, status: JobStatus, function: JobFunction, payload: object, grace: float
    ) -> None:
        self.status = status
        self.thread = threading.Thread(target=self._live, daemon=True, name=f"job {status.job_id}")
        self._jobs, self._grace = jobs, grace
        self._function, self._payload = function, payload
        self._asked_to_stop = threading.Event()
        self._killed = threading.Event()

    def cancel(self) -> None:
        """Asks it to end with its best."""
        self._asked_to_stop.set()

    def kill(self) -> None:
        """Ends it at once."""
        self._killed.set()

    def _live(self) -> None:
        here, there = _SPAWN.Pipe()
        process = _SPAWN.Process(
            target=_job_life, args=(there, self._function, self._payload), name="outreach job"
        )
        try:
            process.start()
            there.close()
            state, message, result = self._listen(process, here)
        except Exception as error:  # noqa: BLE001 - a job that cannot start must not seem to run
            state, message, result = "failed", f"could not be run: {type(error).__name__}", None
        if process.pid is not None:
            _kill(process, here)
        if state == "running":
            self._jobs.left(self.status)
            return
        share = 1.0 if state == "done" else self.status.share
        self.status = replace(
            self.status, state=state, message=message, share=share, finished=_now(), again=""
        )
        self._jobs.ended(self.status, result)

    def _listen(self, process: SpawnProcess, channel: Channel) -> tuple[str, str, object | None]:
        """(state, message, result) once the job has ended; "running" where the next goes on."""
        deadline = float("inf")
        while True:
            if self._killed.is_set() or time.monotonic() > deadline:
                return self._cut_off()
            if self._asked_to_stop.is_set() and deadline == float("inf"):
                deadline = time.monotonic() + self._grace
                self.status = replace(self.status, again="")  # nobody waits for it any more
                self._jobs.heard(self.status)
                with suppress(OSError):
                    channel.send(("stop", None))
            if not channel.poll(_TICK):
                continue
            try:
                word, value = channel.recv()
            except (EOFError, OSError):
                said = _ended(process)
                # Whoever ends the service may tell all of its processes at once, as systemd does.
                told_to_end = process.exitcode == -signal.SIGTERM and self.status.again
                if told_to_end and self._killed.wait(_GOING_DOWN):
                    return self._cut_off()
                return "failed", said, None
            if word == "progress":
                self._tell(value)
            elif word == "cost":
                self._tell_cost(value)
            elif word == "done":
                cancelled = self._asked_to_stop.is_set()
                return ("cancelled" if cancelled else "done"), self.status.message, value
            else:
                faults = value.faults if isinstance(value, InputError) else ()
                self.status = replace(self.status, faults=faults)
                return "failed", str(value), None

    def _cut_off(self) -> tuple[str, str, None]:
        """Killed: over, unless it was the service that ended and the next may go on."""
        state = "running" if self.status.again else "cancelled"
        return state, "ended at once, without a result", None

    def _tell(self, value: object) -> None:
        assert isinstance(value, tuple)
        share, words = value
        self.status = replace(self.status, share=float(share), message=str(words))
        self._jobs.heard(self.status)

    def _tell_cost(self, value: object) -> None:
        """Stays in memory: whoever asks for a running job asks the service that runs it."""
        assert isinstance(value, tuple)
        seconds, cost = value
        step = (float(seconds), float(cost))
        self.status = replace(self.status, trace=thinned((*self.status.trace, step)))


def thinned(trace: Trace) -> Trace:
    """The trace with every other step between its ends left out, where it has grown too long."""
    return trace if len(trace) <= MOST_STEPS else (*trace[:-1:2], trace[-1])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
