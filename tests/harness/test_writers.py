"""Many at once on one registry: no acknowledged write is lost, and nobody meets a traceback."""

from __future__ import annotations

from collections import Counter, defaultdict

from office import CAMPAIGN, PLANNER

from tests.harness import sizes
from tests.harness.clerk import ALONE, write_for
from tests.harness.inspection import Kept, orphans
from tests.harness.ledger import Act, read
from tests.harness.store import PROCESSES, Store, started

SECONDS = sizes.of(6, full=60)
WRITERS = {"sqlite": 10, "postgresql": 50}
"""Processes, each with a connection of its own."""
Seen = defaultdict[str, list[tuple[int, str]]]
"""Case id → (the version that was seen, what was written) of acknowledged changes."""


def test_no_update_is_lost_among_many_writers(store: Store) -> None:
    """Outcomes, decisions, moves, drafts and publishing at once: every success can be counted."""
    store.furnish()
    before = _versions(store)
    writers = WRITERS[store.kind]
    files = [store.folder / f"writer-{number}.txt" for number in range(writers)]
    ready, start = PROCESSES.Semaphore(0), PROCESSES.Event()
    processes = [
        started(write_for, store, file, file.stem, ready, start, SECONDS) for file in files
    ]
    for _ in processes:
        assert ready.acquire(timeout=120), "somebody does not begin"
    start.set()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    acts = [act for file in files for act in read(file)]
    _tell(store, writers, acts)
    assert [act.told for act in acts if act.name == "error"] == []
    done = [act for act in acts if act.done and act.name != "conflict"]
    with store.engine() as engine:
        assert orphans(engine) == []
    with store.opened() as office:
        office.registry.verify_audit()
        kept = Kept(office.registry)
    _outcomes_are_there_once(kept, done)
    _every_change_counts(kept, before, done)
    _plans_are_all_there(kept, done)


def _outcomes_are_there_once(kept: Kept, done: list[Act]) -> None:
    """Each key once, however often and by however many it was sent; one of them was new."""
    sent = [act for act in done if act.name == "outcome"]
    new = Counter(act.told["key"] for act in sent if act.told["new"])
    assert set(kept.outcomes) == {act.told["key"] for act in sent}
    assert set(kept.outcomes.values()) == {1}
    assert set(new.values()) == {1}
    assert new.keys() == kept.outcomes.keys()


def _every_change_counts(kept: Kept, before: dict[str, int], done: list[Act]) -> None:
    """A case's version went up once for each acknowledged change, and nobody overtook unseen."""
    went_up: Counter[str] = Counter()
    decided: Seen = defaultdict(list)
    moved: Seen = defaultdict(list)
    for act in done:
        if act.name == "settle":
            decided[act.told["case"]].append((act.told["seen"], act.told["token"]))
            went_up.update([act.told["case"], *act.told["also"]])
        if act.name == "move":  # where it was there already, nothing changed
            went_up.update(act.told["before"].keys())
            for case_id in act.told["before"]:
                moved[case_id].append((act.told["seen"][case_id], act.told["team"]))
    now = {case_id: record.version for case_id, record in kept.cases.items()}
    assert now == {case_id: version + went_up[case_id] for case_id, version in before.items()}
    for case_id, changes in (*decided.items(), *moved.items()):
        versions = [seen for seen, _ in changes]
        assert len(versions) == len(set(versions)), f"{case_id} was changed twice on one version"
    for case_id in {*ALONE} & decided.keys():
        assert kept.cases[case_id].decision_note == max(decided[case_id])[1]
    for case_id, changes in moved.items():
        assert kept.cases[case_id].home_team == max(changes)[1]


def _plans_are_all_there(kept: Kept, done: list[Act]) -> None:
    """Every draft has a version of its own; the newest that was published is the published one."""
    drafts = [act.told["version"] for act in done if act.name == "draft"]
    assert sorted(drafts) == list(range(2, 2 + len(drafts)))
    assert kept.newest == max([1, *drafts])
    assert kept.published == max([1, *(a.told["version"] for a in done if a.name == "publish")])


def _versions(store: Store) -> dict[str, int]:
    with store.opened() as office, office.registry.work(PLANNER.user_id, reading=True) as work:
        return {each.case.case_id: each.version for each in work.cases(CAMPAIGN.campaign_id)}


def _tell(store: Store, writers: int, acts: list[Act]) -> None:
    kinds = Counter(act.name for act in acts if act.done)
    errors, conflicts = kinds.pop("error", 0), kinds.pop("conflict", 0)
    busy = sum("busy" in act.told.get("words", "") for act in acts if act.name == "conflict")
    print(
        f"{store.kind}: {writers} writers (processes) for {SECONDS} s: {kinds.total()} writes "
        f"acknowledged ({kinds.total() / SECONDS:.0f}/s), {conflicts} conflicts told ({busy} of "
        f"them for waiting too long), {errors} errors; {dict(kinds)}"
    )
