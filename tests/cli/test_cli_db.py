"""The registry by the command line: saved, restored, verified, upgraded, given a new key."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from data.home import Home
from data.opening import registry_of
from data.registry.migrate import upgrade_within
from planning.model import Address, Campaign, Case

AUTUMN = Campaign("autumn", "Обхват", date(2026, 8, 24), 5)
MILA = Case("c1", Address("ул. Тулча 5"), child="Мила")


@pytest.fixture
def office(home: Path) -> Home:
    """An office with one case."""
    made = Home(home)
    registry = registry_of(made)
    with registry.work("petya") as work:
        work.save_campaign(AUTUMN)
        work.add_cases("autumn", [MILA], {})
        work.log("import", "autumn", "1")
    registry.close()
    return made


def cases(home: Home) -> list[Case]:
    registry = registry_of(home)
    with registry.work("petya") as work:
        found = [record.case for record in work.cases("autumn")]
    registry.close()
    return found


def log(home: Home) -> list[tuple[str, str]]:
    registry = registry_of(home)
    with registry.work("audit") as work:
        found = [(entry.actor, entry.action) for entry in work.audit()]
    registry.close()
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.endswith(("-wal", "-shm"))
    }


@pytest.mark.parametrize("command", ["backup", "restore", "verify", "upgrade", "rotate-key"])
def test_every_command_explains_itself_and_speaks_json(command, run):
    """`--help` names what it does, and machines can read it."""
    said = run("db", command, "--help")
    assert said.code == 0
    assert "--json" in said.out


def test_the_drill_lost_machine(office, tmp_path, run):
    """Backup here, key copied elsewhere; the machine is lost; both brought to a new one."""
    said = run("db", "backup", tmp_path / "office.backup")
    assert (said.code, said.err) == (0, "")
    assert "key is not in it" in said.out
    assert stat.S_IMODE((tmp_path / "office.backup").stat().st_mode) == 0o600
    shutil.copy2(office.key_file, tmp_path / "copy.key")
    shutil.rmtree(office.folder)

    said = run("db", "restore", tmp_path / "office.backup")
    assert said.code == 1
    assert "put its key file back" in said.err
    assert not office.registry_file.exists()

    office.key_file.parent.mkdir(parents=True, mode=0o700)
    shutil.copy2(tmp_path / "copy.key", office.key_file)
    said = run("db", "restore", tmp_path / "office.backup", "--json")
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out)["rows"]["cases"] == 1
    assert cases(office) == [MILA]
    assert log(office)[:3] == [
        ("command line", "restore_registry"), ("command line", "backup_registry"),
        ("petya", "import"),
    ]  # fmt: skip


def test_records_are_replaced_only_when_asked_and_are_kept(office, tmp_path, run):
    """What was there before can be restored as well."""
    file = tmp_path / "office.backup"
    run("db", "backup", file)
    registry = registry_of(office)
    with registry.work("petya") as work:
        work.add_cases("autumn", [Case("c2", Address("ул. Роза 1"))], {})
    registry.close()
    said = run("db", "restore", file)
    assert (said.code, said.out) == (1, "")
    assert "--replace" in said.err
    assert len(cases(office)) == 2

    said = run("db", "restore", file, "--replace")
    assert said.code == 0
    assert cases(office) == [MILA]
    (kept,) = office.backups.iterdir()
    assert str(kept) in said.err
    assert stat.S_IMODE(office.backups.stat().st_mode) == 0o700
    run("db", "restore", kept, "--replace", "--json")
    assert len(cases(office)) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "not a backup"), (b"PK\x03\x04 zip", "not a backup"), (None, "cut off")],
)
def test_a_bad_backup_is_one_line_and_nothing_is_touched(office, tmp_path, run, content, said):
    """Also with --replace: the file is read to its end before anything else."""
    file = tmp_path / "office.backup"
    run("db", "backup", file)
    file.write_bytes(file.read_bytes()[:-5] if content is None else content)
    before = files(office.folder)
    answer = run("db", "restore", file, "--replace")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("office.backup: ")
    assert said in answer.err
    assert files(office.folder) == before


def test_a_backup_is_not_overwritten_unasked(office, tmp_path, run):
    """With --replace it is."""
    file = tmp_path / "office.backup"
    file.write_text("precious")
    said = run("db", "backup", file, "--json")
    assert said.code == 1
    assert "such a file already" in json.loads(said.err)["fault"]
    assert file.read_text() == "precious"
    assert run("db", "backup", file, "--replace").code == 0


def test_a_backup_that_cannot_be_written_is_one_line(office, tmp_path, run):
    """The folder is missing."""
    said = run("db", "backup", tmp_path / "nowhere" / "office.backup")
    assert said.code == 1
    assert said.err.count("\n") == 1


def test_what_does_not_exist_is_told(run, home):
    """Before the first start there is nothing to save, to verify or to seal anew."""
    for words in (("backup", "x.backup"), ("verify",), ("rotate-key",)):
        said = run("db", *words)
        assert said.code == 1
        assert said.err.startswith("there is no registry here yet")
    assert not home.exists() or files(home) == {}


def test_verify_counts_or_tells_every_finding(office, run):
    """Exit code 0 and counts; 1 and a line for each finding."""
    said = run("db", "verify")
    assert said.code == 0
    assert "1 cases" in said.out
    with closing(sqlite3.connect(office.registry_file)) as raw, raw:
        raw.execute("UPDATE cases SET sealed_case = x'01020304'")
        raw.execute("DROP TRIGGER audit_no_update")
        raw.execute("UPDATE audit SET actor = 'boris'")
    said = run("db", "verify")
    assert (said.code, said.out) == (1, "")
    lines = said.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("cases / case / autumn / c1: a sealed field does not open")
    assert "changed by hand at entry 1" in lines[1]


def test_rotate_key_says_what_to_do_next(office, run, tmp_path):
    """The new key works, the old one is kept for old backups, the log tells it."""
    old = tmp_path / "old.backup"
    run("db", "backup", old)
    before = office.key_file.read_bytes()
    said = run("db", "rotate-key")
    assert (said.code, said.err) == (0, "")
    assert office.key_file.read_bytes() != before
    (kept,) = office.key_file.parent.glob("*.old-*")
    assert str(kept) in said.out
    assert kept.read_bytes() == before
    assert cases(office) == [MILA]
    assert log(office)[0] == ("command line", "rotate_key")
    usb = kept.replace(tmp_path / "usb.key")
    said = run("db", "restore", old, "--replace")
    assert said.code == 1
    assert "--key" in said.err
    assert run("db", "restore", old, "--replace", "--key", usb).code == 0
    assert cases(office) == [MILA]


def test_upgrade_saves_first_and_tells_its_steps(office, run, tmp_path):
    """A registry of the first version: a backup of it as it was, then each step."""
    older(office)
    said = run("db", "upgrade", "--json")
    assert (said.code, said.err) == (0, "")
    facts = json.loads(said.out)
    assert facts["steps"][0].startswith("0002: ")
    assert Path(facts["backup"]).parent == office.backups
    assert log(office)[0] == ("command line", "upgrade_registry")
    assert run("db", "restore", facts["backup"], "--replace").code == 0
    again = json.loads(run("db", "upgrade", "--json").out)
    assert (again["steps"], again["backup"]) == ([], None)


def test_upgrade_without_a_backup(office, run):
    """For whoever has just made one."""
    older(office)
    assert run("db", "upgrade", "--no-backup").code == 0
    assert not office.backups.exists()


def older(office: Home) -> None:
    """Puts a registry of the first version, with the same key, in the place of this one."""
    with closing(sqlite3.connect(office.registry_file)) as raw:
        meta = raw.execute("SELECT name, value FROM meta").fetchall()
    registry_of(office).close()
    office.registry_file.unlink()
    engine = create_engine(f"sqlite:///{office.registry_file}")
    with engine.begin() as connection:
        upgrade_within(connection, name="registry", revision="0001")
        fresh = [row for row in meta if row[0] == "key_check"]
        connection.exec_driver_sql("INSERT INTO meta VALUES (?, ?)", fresh[0])
        begin_log(connection, office)
    engine.dispose()


def begin_log(connection, office: Home) -> None:
    """The log of a new registry."""
    from sqlalchemy.orm import Session

    from data.registry import audit
    from data.registry.seal import Seal, load_key

    with Session(connection, join_transaction_mode="rollback_only") as session:
        audit.begin_log(session, Seal(load_key(office.key_file, create=False)))
        session.flush()


def test_upgrade_makes_a_registry_where_there_is_none(run, home):
    """As every start does."""
    said = run("db", "upgrade")
    assert said.code == 0
    assert "up to date" in said.out
    assert (home / "registry.sqlite").exists()
