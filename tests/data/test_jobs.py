from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.jobs import MOST_STEPS, Jobs, MemoryStore, ProcessWorkers, WorkFailed
from planning.errors import Conflict, InputError, NotFound
from planning.model import JobStatus

HERE = Path(__file__)


@pytest.fixture(scope="module")
def work():
    """Functions that children can import: a module of its own beside the tests' temp folder."""
    return pytest.importorskip("job_functions")


@pytest.fixture(scope="module", autouse=True)
def importable(tmp_path_factory):
    """The functions below live in a file, because a spawned child imports them by name."""
    folder = tmp_path_factory.mktemp("functions")
    (folder / "job_functions.py").write_text(FUNCTIONS, encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


FUNCTIONS = """
import os, signal, time
from planning.errors import Fault, InputError

def told_to_end(payload, report, stop):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)

def double(payload, note):
    return 2 * payload

def note_then_sleep(payload, note):
    note(("best", payload))
    time.sleep(60)

def sleep_if_odd(payload, note):
    note(payload)
    if payload % 2:
        time.sleep(60)
    return payload

def die(payload, note):
    note("last words")
    if payload == "exit":
        os._exit(7)
    if payload == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    return payload

def who(payload, note):
    time.sleep(0.3)
    return os.getpid()

def refuse(payload, note):
    raise InputError(Fault("give a number", field="age", value="abc"))

def leak(payload, note):
    raise ValueError("Ivan Petrov, EGN 0000000000")

def count(payload, report, stop):
    for step in range(payload):
        report((step + 1) / payload, f"step {step + 1}")
    return payload

def search(payload, report, stop):
    for step in range(payload):
        report.cost(step, 1000 - step)
    report(0.9, "searched")
    while not stop():
        time.sleep(0.02)

def until_stopped(payload, report, stop):
    report(0.5, "half")
    while not stop():
        time.sleep(0.02)
    return "best so far"

def deaf(payload, report, stop):
    report(0.1, "not listening")
    time.sleep(60)

def job_dies(payload, report, stop):
    report(0.1, "soon")
    os.kill(os.getpid(), signal.SIGKILL)

def job_refuses(payload, report, stop):
    refuse(payload, None)

def job_leaks(payload, report, stop):
    leak(payload, None)

def job_with_workers(payload, report, stop):
    from data.jobs import ProcessWorkers
    report(0.1, "working")
    return [one.value for one in ProcessWorkers(2).map(double, payload, hard_seconds=60)]

def pid_then_sleep(payload, note):
    with open(payload, "a") as file:
        file.write(f"{os.getpid()}\\n")
    time.sleep(60)
"""


def eventually(condition, seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


def nobody_left() -> bool:
    return not multiprocessing.active_children()


def test_kept_workers_stay_from_one_call_to_the_next(work):
    """Two calls, the same two processes; one that was ended is replaced; none is left behind."""
    with ProcessWorkers(2).kept() as workers:
        first, again = (
            {one.value for one in workers.map(work.who, [1, 2], hard_seconds=60)} for _ in "ab"
        )
        assert first == again
        workers.map(work.note_then_sleep, [1], hard_seconds=1.5)
        third = {one.value for one in workers.map(work.who, [1, 2], hard_seconds=60)}
        assert len(third & first) == 1
    assert eventually(nobody_left)


def test_workers_answer_in_order(work):
    """Five payloads over two processes come back in the order they were given."""
    told = []
    finished = ProcessWorkers(2).map(
        work.double,
        [1, 2, 3, 4, 5],
        hard_seconds=60,
        report=lambda share, words: told.append((share, words)),
    )
    assert [one.value for one in finished] == [2, 4, 6, 8, 10]
    assert all(one.complete for one in finished)
    assert told[-1] == (1.0, "5 of 5")
    assert nobody_left()


def test_nothing_to_do_starts_nothing(work):
    """No payloads, no processes."""
    assert ProcessWorkers(2).map(work.double, [], hard_seconds=1) == []


def test_a_hard_stop_keeps_what_was_noted(work):
    """A search that never ends is killed from outside; its best so far is the answer."""
    began = time.monotonic()
    finished = ProcessWorkers(1).map(work.note_then_sleep, [1], hard_seconds=4)
    assert time.monotonic() - began < 30
    assert finished[0].value == ("best", 1)
    assert not finished[0].complete
    assert finished[0].fault == ""
    assert nobody_left()


def test_stop_ends_all_at_once(work):
    """Ctrl-C: what is done stays done, what runs gives its best, what waits gives nothing."""
    told: list[float] = []
    finished = ProcessWorkers(1).map(
        work.sleep_if_odd,
        [2, 3, 4],
        hard_seconds=60,
        report=lambda share, words: told.append(share),
        stop=lambda: bool(told),
    )
    assert finished[0].value == 2
    assert finished[0].complete
    assert not finished[1].complete
    assert finished[2].value is None
    assert nobody_left()


@pytest.mark.parametrize(("how", "words"), [("exit", "code 7"), ("kill", "SIGKILL")])
def test_a_crashed_worker_costs_its_payload_only(work, how, words):
    """One process dies; the next payload is done by another, and nothing hangs."""
    finished = ProcessWorkers(1).map(work.die, [how, "fine"], hard_seconds=60)
    assert finished[0].value == "last words"
    assert words in finished[0].fault
    assert (finished[1].value, finished[1].complete) == ("fine", True)
    assert nobody_left()


def test_the_users_faults_cross_the_border(work):
    """An InputError in the child is the same InputError here."""
    with pytest.raises(InputError, match="give a number") as refused:
        ProcessWorkers(1).map(work.refuse, [1], hard_seconds=60)
    assert refused.value.faults[0].field == "age"
    assert nobody_left()


def test_other_errors_cross_without_their_text(work):
    """A library's message may quote a child's name: only its type comes through."""
    with pytest.raises(WorkFailed) as failed:
        ProcessWorkers(1).map(work.leak, [1], hard_seconds=60)
    assert "ValueError" in str(failed.value)
    assert "Petrov" not in str(failed.value)


@pytest.fixture
def jobs():
    running = Jobs(MemoryStore(), grace_seconds=20)
    yield running
    running.close()
    assert nobody_left()


def test_a_job_tells_its_progress_and_keeps_its_result(work, jobs):
    """Started, done: share, last words, times and result are there."""
    job_id = jobs.start("plan", "k1", work.count, 3)
    status = jobs.wait(job_id, seconds=30)
    assert (status.state, status.share, status.message) == ("done", 1.0, "step 3")
    assert status.started <= status.finished
    assert jobs.result(job_id) == 3
    assert jobs.find("plan", "k") == status
    assert jobs.find("other") is None


def test_the_same_work_asked_for_twice_is_one_job(work, jobs):
    """A second click joins the first; another key is another job; cancel brings the best so far."""
    first = jobs.start("plan", "k1", work.until_stopped, None)
    assert jobs.start("plan", "k1", work.until_stopped, None) == first
    assert eventually(lambda: jobs.status(first).message == "half")
    assert jobs.status(first).state == "running"
    jobs.cancel(first)
    assert jobs.wait(first, seconds=30).state == "cancelled"
    assert jobs.result(first) == "best so far"
    assert jobs.start("plan", "k1", work.count, 1) != first


def test_a_job_that_does_not_listen_is_killed(work):
    """Past the grace a cancelled job is ended from outside."""
    jobs = Jobs(MemoryStore(), grace_seconds=0.2)
    job_id = jobs.start("plan", "k", work.deaf, None)
    assert eventually(lambda: jobs.status(job_id).message == "not listening")
    jobs.cancel(job_id)
    assert jobs.wait(job_id, seconds=20).state == "cancelled"
    assert jobs.result(job_id) is None
    jobs.close()


@pytest.mark.parametrize(
    ("name", "words"),
    [("job_dies", "SIGKILL"), ("job_refuses", "give a number"), ("job_leaks", "ValueError")],
)
def test_a_failed_job_says_why_and_nothing_personal(work, jobs, name, words):
    """Killed, refused or broken: failed, in short words."""
    job_id = jobs.start("plan", name, getattr(work, name), None)
    status = jobs.wait(job_id, seconds=30)
    assert status.state == "failed"
    assert words in status.message
    assert "Petrov" not in status.message
    assert [fault.field for fault in status.faults] == (["age"] if name == "job_refuses" else [])


def test_a_job_may_have_workers_of_its_own(work, jobs):
    """Planning is a job whose components are solved by its own processes."""
    job_id = jobs.start("plan", "k", work.job_with_workers, [1, 2, 3])
    jobs.wait(job_id, seconds=60)
    assert jobs.result(job_id) == [2, 4, 6]


class BusyStore(MemoryStore):
    """A registry that somebody else writes to whenever a job has something to tell."""

    def save(self, status):
        if status.message or status.state != "running":
            raise Conflict("the registry is busy")
        super().save(status)


def test_a_busy_registry_costs_no_job(work):
    """Progress that cannot be kept is not worth the work; the job runs to its end and is gone."""
    jobs = Jobs(BusyStore())
    job_id = jobs.start("plan", "k", work.count, 3)
    jobs.wait(job_id, seconds=30)
    assert (jobs.status(job_id).state, jobs.result(job_id)) == ("done", 3)
    assert jobs.start("plan", "k", work.count, 1) != job_id
    jobs.close()


def test_a_running_search_tells_what_its_plan_costs(work):
    """A thousand steps make a status of a few: the first and the newest are among them."""
    store = MemoryStore()
    jobs = Jobs(store)
    job_id = jobs.start("plan", "k", work.search, 1_000)
    assert eventually(lambda: jobs.status(job_id).message == "searched")
    trace = jobs.find("plan", "k").trace
    assert len(trace) <= MOST_STEPS
    assert (trace[0], trace[-1]) == ((0.0, 1_000.0), (999.0, 1.0))
    assert list(trace) == sorted(trace)
    jobs.cancel(job_id)
    assert jobs.wait(job_id, seconds=30).state == "cancelled"
    jobs.close()


def test_what_a_worker_notes_is_heard_at_once(work):
    """Notes and results come with the number of their payload; a hard stop takes none back."""
    heard = []
    ProcessWorkers(2).map(
        work.sleep_if_odd, [2, 3, 4], hard_seconds=30, stop=lambda: len(heard) >= 5,
        noted=lambda index, value: heard.append((index, value)),
    )  # fmt: skip
    assert sorted(heard) == [(0, 2), (0, 2), (1, 3), (2, 4), (2, 4)]


def test_a_restart_settles_what_was_running():
    """Jobs of the service before are told to have failed; strangers are not found."""
    store = MemoryStore()
    store.save(JobStatus("old", "plan", "k", "running"))
    jobs = Jobs(store)
    assert jobs.status("old").state == "failed"
    assert "restarted" in jobs.status("old").message
    with pytest.raises(NotFound):
        jobs.status("never")
    jobs.cancel("never")
    jobs.close()


def again_from(functions):
    """Starts again what its order names, a function of the module with a number."""

    def again(_kind, order):
        name, number = order.split()
        return (getattr(functions, name), int(number)) if hasattr(functions, name) else None

    return again


def test_what_a_restart_cut_off_goes_on_under_its_name(work):
    """The service died at 70 %: the next one begins anew, and the page finds the same job."""
    store = MemoryStore()
    store.save(JobStatus("old", "plan", "k", "running", 0.7, "searching", again="until_stopped 0"))
    jobs = Jobs(store, again=again_from(work))
    assert jobs.status("old").state == "running"
    assert jobs.status("old").share < 0.7
    assert jobs.start("plan", "k", work.count, 1) == "old"
    assert eventually(lambda: jobs.status("old").message == "half")
    jobs.cancel("old")
    assert jobs.wait("old", seconds=30).state == "cancelled"
    assert jobs.result("old") == "best so far"
    jobs.close()
    assert nobody_left()


def test_a_job_that_ends_its_service_ends_no_third(work):
    """Started again once: what was cut off twice is told to have ended."""
    store = MemoryStore()
    first = Jobs(store)
    job_id = first.start("plan", "k", work.until_stopped, 0, again="until_stopped 0")
    assert eventually(lambda: first.status(job_id).message == "half")
    first.close()
    cut_off = store.get(job_id)
    assert (cut_off.state, cut_off.again) == ("running", "until_stopped 0")
    second = Jobs(store, again=again_from(work))
    assert eventually(lambda: second.status(job_id).message == "half")
    died_at = store.get(job_id)
    assert (died_at.state, died_at.again) == ("running", "")
    second.close()
    store.save(died_at)  # as if it had not been able to say so
    third = Jobs(store, again=again_from(work))
    assert third.status(job_id).state == "failed"
    assert "restarted" in third.status(job_id).message
    third.close()
    assert nobody_left()


def test_a_cancelled_job_is_not_started_again(work):
    """The service died in the seconds that the job had for its best: nobody waits for it."""
    store = MemoryStore()
    jobs = Jobs(store)
    job_id = jobs.start("plan", "k", work.deaf, 0, again="count 3")
    assert eventually(lambda: jobs.status(job_id).message == "not listening")
    jobs.cancel(job_id)
    assert eventually(lambda: not store.get(job_id).again)
    left = store.get(job_id)
    jobs.close()
    store.save(left)
    after = Jobs(store, again=again_from(work))
    assert after.status(job_id).state == "failed"
    after.close()


def test_an_order_that_holds_no_longer_is_not_followed(work):
    """Whoever gave it may have left: what knows the kind of work has the last word."""
    store = MemoryStore()
    store.save(JobStatus("old", "plan", "k", "running", again="unheard_of 1"))
    jobs = Jobs(store, again=again_from(work))
    assert jobs.status("old").state == "failed"
    jobs.close()


def test_a_service_told_to_end_with_all_its_processes_leaves_its_job_to_the_next(work):
    """systemd tells every process: the job is gone before the service closes."""
    store = MemoryStore()
    jobs = Jobs(store)
    job_id = jobs.start("plan", "k", work.told_to_end, 0, again="count 3")
    assert eventually(lambda: not multiprocessing.active_children())
    jobs.close()
    assert store.get(job_id).state == "running"
    after = Jobs(store, again=again_from(work))
    assert after.wait(job_id, seconds=30).state == "done"
    assert after.result(job_id) == 3
    assert store.get(job_id).again == ""
    after.close()


def test_a_job_that_alone_is_told_to_end_has_failed(work, jobs, monkeypatch):
    """The service goes on: it says what became of the job."""
    monkeypatch.setattr("data.jobs._GOING_DOWN", 0.1)
    job_id = jobs.start("plan", "k", work.told_to_end, 0, again="count 3")
    status = jobs.wait(job_id, seconds=30)
    assert (status.state, status.again) == ("failed", "")
    assert "SIGTERM" in status.message


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_children_die_with_their_parent(work, tmp_path):
    """The parent is killed in the middle of a search: its workers do not go on without it."""
    pids = tmp_path / "pids"
    script = (
        "import sys\n"
        f"sys.path[:0] = {[str(HERE.parents[2]), str(Path(work.__file__).parent)]!r}\n"
        "from data.jobs import ProcessWorkers\n"
        "import job_functions\n"
        "if __name__ == '__main__':\n"
        f"    ProcessWorkers(1).map(job_functions.pid_then_sleep, [{str(pids)!r}], "
        "hard_seconds=60)\n"
    )
    file = tmp_path / "parent.py"
    file.write_text(script, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(file)]) as parent:
        assert eventually(lambda: pids.exists() and pids.read_text().strip() != "", 40)
        parent.send_signal(signal.SIGKILL)
    child = int(pids.read_text())
    assert eventually(lambda: _gone(child))


def _gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    # A zombie that only waits for a container's init to collect it no longer runs.
    return state == "Z" or os.getpid() == pid
