"""Is everything there that was acknowledged, and nothing by halves?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from office import CAMPAIGN, PLANNER
from sqlalchemy import Engine, MetaData, Table, and_, func, inspect, select

from data.registry import SqlRegistry
from planning.model import CaseRecord
from tests.harness.clerk import LIST_ROWS, LISTS, PAIR
from tests.harness.ledger import Act
from tests.harness.store import Store

_ID = CAMPAIGN.campaign_id


def check(store: Store, acts: list[Act]) -> Counter[str]:
    """Opens the registry anew and looks at all of it; `acts` are those of all its clerks.

    Returns how often an act that was cut off turned out to be there, or not.
    """
    with store.engine() as engine:
        assert orphans(engine) == []
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            assert found == ["ok"]
    with store.opened() as office:
        office.registry.verify_audit()
        kept = Kept(office.registry)
    return Counter(outcome for act in acts for outcome in [kept.look_for(act)]) + kept.whole(acts)


def orphans(engine: Engine) -> list[str]:
    """Foreign keys of any table that point to nothing, whether or not the database enforces."""
    found = []
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for key in inspect(engine).get_foreign_keys(table.name):
                count = connection.scalar(_orphan_count(table, metadata, key))
                if count:
                    found.append(f"{table.name}: {count} rows without {key['referred_table']}")
    return found


def _orphan_count(table: Table, metadata: MetaData, key: Any) -> Any:
    parent = metadata.tables[key["referred_table"]].alias()
    columns = list(zip(key["constrained_columns"], key["referred_columns"], strict=True))
    joined = table.outerjoin(
        parent, and_(*(table.c[own] == parent.c[theirs] for own, theirs in columns))
    )
    # A key with an empty column points nowhere and is in order.
    return (
        select(func.count())
        .select_from(joined)
        .where(
            parent.c[columns[0][1]].is_(None), *(table.c[own].is_not(None) for own, _ in columns)
        )
    )


class Kept:
    """All that the registry has of the campaign: whatever is sealed was opened."""

    def __init__(self, registry: SqlRegistry) -> None:
        with registry.work(PLANNER.user_id) as work:
            self.cases = {record.case.case_id: record for record in work.cases(_ID)}
            self.teams = work.teams(_ID)
            self.outcomes = Counter(outcome.key for outcome in work.outcomes(_ID))
            self.log = work.audit(limit=1_000_000)
            newest = work.plan(_ID)
            published = work.plan(_ID, published=True)
        assert newest is not None
        assert published is not None
        self.newest, self.published = newest.version, published.version
        self.logged = Counter((entry.action, entry.subject, entry.detail) for entry in self.log)

    def look_for(self, act: Act) -> str:
        """Whether the act is there: what was acknowledged must be; what was begun may be."""
        there = self._is_there(act)
        if there is None:
            return "overtaken"
        assert there or not act.done, f"acknowledged, but lost: {act}"
        if act.done:
            return "acknowledged"
        return "cut off, kept whole" if there else "cut off, left out"

    def _is_there(self, act: Act) -> bool | None:
        """None where a later act of the same sort hides this one."""
        told = act.told
        if act.name == "import_new":
            return self._rows(told["token"])
        if act.name == "outcome":
            assert self.outcomes[told["key"]] < 2, "one outcome twice"
            return self.outcomes[told["key"]] == 1
        if act.name == "draft":
            return self.logged["add_plan", _ID, f"seed {told['seed']}"] == 1
        if act.name == "publish":
            logged = self.logged["publish", _ID, f"version {told['version']}"] == 1
            assert not logged or self.published >= told["version"]
            return logged
        return None

    def _rows(self, token: str) -> bool:
        rows = [case_id for case_id in self.cases if case_id.startswith(f"{token}/")]
        assert len(rows) in (0, 20), f"half an import: {len(rows)} of 20"
        return bool(rows)

    def whole(self, acts: Iterable[Act]) -> Counter[str]:
        """What several acts write to in turn is as one of them left it: the last, or one begun."""
        acts = list(acts)
        for which in LISTS:
            self._is_of_the_last(
                [act for act in acts if act.name == "import" and act.told["list"] == which],
                [self.cases[f"{which}{row}"].case.note for row in range(LIST_ROWS)]
                if f"{which}0" in self.cases
                else [],
            )
        self._is_of_the_last(
            [act for act in acts if act.name == "teams"], [team.phone for team in self.teams]
        )
        settled = [act for act in acts if act.name == "settle"]
        pair = [act for act in settled if act.told["case"] in PAIR]
        self._is_of_the_last(pair, [self.cases[each].decision_note for each in PAIR])
        for case_id in {act.told["case"] for act in settled} - {*PAIR}:
            mine = [act for act in settled if act.told["case"] == case_id]
            self._is_of_the_last(mine, [self.cases[case_id].decision_note])
        return Counter()

    @staticmethod
    def _is_of_the_last(acts: list[Act], tokens: list[str]) -> None:
        """All the same, from the last acknowledged act or one that was begun after it."""
        assert len(set(tokens)) <= 1, f"half of a change: {sorted(set(tokens))}"
        done = [at for at, act in enumerate(acts) if act.done]
        if not done:
            return
        allowed = [act.told["token"] for act in acts[done[-1] :]]
        assert tokens, f"acknowledged, but nothing is there: {acts[done[-1]]}"
        assert tokens[0] in allowed, f"{tokens[0]} is not of {allowed}"


def versions(records: Iterable[CaseRecord]) -> dict[str, int]:
    """Case id → version."""
    return {record.case.case_id: record.version for record in records}
