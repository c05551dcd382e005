"""A private PostgreSQL with PostGIS: for tests, and for Nominatim beside us.

Its files and its Unix socket lie in a folder that only its user and root may enter. PostgreSQL
refuses to be root: there it runs as the user “postgres” of Debian's package. Nothing is left
running: the server ends with the process that started it.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planning.errors import InputError

POSTGRESQL = Path("/usr/lib/postgresql")
"""Where Debian puts the server's programs, one folder a version."""
PORT = 5432
_START_SECONDS = 60.0

QUICK = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=64MB",
    "min_wal_size=2MB",
    "autovacuum=off",
    "jit=off",
)
"""Settings of a server whose data can be made again: quick rather than safe."""


def missing() -> list[str]:
    """What a cluster needs and is not on this machine, each with the Debian package that has it."""
    lacking = []
    if shutil.which("setpriv") is None:
        lacking.append("setpriv (util-linux)")
    if programs() is None:
        lacking.append("PostgreSQL with PostGIS (postgresql-postgis)")
    elif os.geteuid() == 0 and _unprivileged() is None:
        lacking.append("a user “postgres” (postgresql-common)")
    return lacking


def programs() -> Path | None:
    """Folder of the newest server's programs that has PostGIS."""
    versions = sorted(
        (int(folder.name), folder / "bin")
        for folder in (POSTGRESQL.iterdir() if POSTGRESQL.is_dir() else ())
        if folder.name.isdigit()
        and (folder / "bin" / "postgres").is_file()
        and Path(f"/usr/share/postgresql/{folder.name}/extension/postgis.control").is_file()
    )
    return versions[-1][1] if versions else None


def _unprivileged() -> pwd.struct_passwd | None:
    """Who runs the server where we are root."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


# The files ----------------------------------------------------------------------------------------


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A folder that only the cluster's user and root may enter.

    Its path is short, as a Unix socket's must be (107 bytes).
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        give_away(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def give_away(folder: Path) -> None:
    """Where we are root, everything in `folder` belongs to the cluster's user from now on."""
    user = _unprivileged()
    if os.geteuid() == 0 and user is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def make(folder: Path, *, superuser: str, log: Path) -> None:
    """Makes the files of a new cluster in `folder / "cluster"`.

    Whoever may enter the folder of its socket is let in; over the network a password is asked for.

    Raises:
        InputError: it failed; `log` keeps what it said.
    """
    words = ("--auth-local=trust", "--auth-host=scram-sha-256", f"--username={superuser}")
    text = ("--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=1", "--no-sync")
    command = _as_server("initdb", "--pgdata", folder / "cluster", *words, *text)
    run(command, log, "making a database", cwd=folder, env=plain_environment())


# The server ---------------------------------------------------------------------------------------


@contextmanager
def serving(
    folder: Path, settings: Sequence[str], *, port: int = PORT
) -> Iterator[subprocess.Popen[bytes]]:
    """The server of the cluster in `folder`, open for business on its socket in the same folder.

    `settings` are `name=value`; without `listen_addresses=` among them it listens on loopback.
    """
    options = [word for setting in (f"port={port}", *settings) for word in ("-c", setting)]
    command = _as_server("postgres", "-D", folder / "cluster", "-k", folder, *options)
    log = folder / "server.log"
    with log.open("w") as told:
        server = subprocess.Popen(
            command, cwd=folder, env=plain_environment(), stdout=told, stderr=told
        )
    try:
        until(lambda: _accepts(folder / f".s.PGSQL.{port}"), server, log)
        yield server
    finally:
        end(server)


def plain_environment() -> dict[str, str]:
    """An environment without proxies, keys and settings of anybody else."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def _as_server(program: str, *words: str | Path) -> list[str | Path]:
    """The command line of a program of PostgreSQL, without privileges, ending when we end."""
    folder = programs()
    assert folder is not None
    user = _unprivileged() if os.geteuid() == 0 else None
    drop = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if user else []
    return ["setpriv", *drop, "--pdeathsig=INT", "--", folder / program, *words]


def _accepts(path: Path) -> bool:
    """The server says on its socket that it is open for business."""
    with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
        line.connect(str(path))
        return b"database system is ready" in (path.parent / "server.log").read_bytes()
    return False


# Processes ----------------------------------------------------------------------------------------


def run(
    command: Sequence[str | Path],
    log: Path,
    what: str,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Runs a step of the preparation.

    Raises:
        InputError: it failed; `log` keeps what it said.
    """
    with log.open("w") as told:
        ended = subprocess.run(command, cwd=cwd, env=env, stdout=told, stderr=told, check=False)
    if ended.returncode:
        raise InputError(f"{what} failed ({last_line(log)}); see {log}")


def until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until what was started is `ready`.

    Raises:
        RuntimeError: it ended instead, or takes longer than a minute.
    """
    deadline = time.monotonic() + _START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{log.stem} did not start ({last_line(log)})")
        time.sleep(0.05)


def last_line(log: Path) -> str:
    """What a process said last."""
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def end(process: subprocess.Popen[Any]) -> None:
    """Interrupts a process, as PostgreSQL's quick way out wants it; kills it where that fails."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
