"""A real Nominatim over one map file, for tests and for figures beside ours.

Nominatim is GPL and needs PostgreSQL with PostGIS. It is no part of the service and is never
imported: it has an environment of its own and runs in processes of its own, which are asked over a
pipe (`Nominatim.search`, its library) or over HTTP on loopback (`Nominatim.serving`). Its database
is a private cluster on a Unix socket in a folder that nobody else may enter; the imported map is
kept in a cache folder, and every use works on a copy of it. Nothing is left running.

`python -m data.bench.nominatim [FOLDER]` makes the environment ahead of time, as CI does.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from planning.errors import InputError
from planning.model import LonLat

REQUIREMENTS = Path(__file__).with_name("nominatim.requirements.txt")
POSTGRESQL = Path("/usr/lib/postgresql")
"""Where Debian puts the server's programs, one folder a version."""
ROLE = "nominatim"
_START_SECONDS = 60.0

_SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=64MB",
    "min_wal_size=2MB",
    "shared_buffers=256MB",
    "autovacuum=off",
    "jit=off",
)
"""Of the private cluster: no network; quick rather than safe, for the data can be made again."""

_LIBRARY = """
import json, os, sys, time
from nominatim_api import NominatimAPI, UsageError

with NominatimAPI(sys.argv[1], os.environ) as api:
    for line in sys.stdin:
        began = time.perf_counter()
        try:
            found = api.search(json.loads(line), max_results=1)
        except (UsageError, TimeoutError):
            found = []
        seconds = time.perf_counter() - began
        point = [found[0].lon, found[0].lat] if found else None
        print(json.dumps([point, seconds]), flush=True)
"""
"""Runs in Nominatim's environment: a query a line in, its first answer and the time taken out."""


class Nominatim:
    """One running Nominatim. Open it with `ready`."""

    def __init__(self, environment: Path, settings: Mapping[str, str], scratch: Path) -> None:
        self.seconds = 0.0
        """What the library's answers to `search` took, without the pipe."""
        self._python = environment / "bin" / "python"
        self._command = environment / "bin" / "nominatim"
        self._settings = settings
        self._scratch = scratch
        self._library: subprocess.Popen[str] | None = None

    @classmethod
    @contextmanager
    def ready(cls, osm_file: Path, cache_folder: Path) -> Iterator[Nominatim]:
        """A Nominatim that knows the map of `osm_file`; ended and cleaned up on leaving.

        The environment and the imported map are made when `cache_folder` does not have them: the
        first needs the package index and a minute, the second about 35 s for 45,000 places.

        Raises:
            InputError: something is not installed, or the map cannot be imported.
        """
        _require(missing_programs())
        cache_folder.mkdir(parents=True, exist_ok=True)
        with _only_one(cache_folder):
            environment = make_environment(cache_folder)
            imported = _imported(osm_file, cache_folder, environment)
        with _scratch() as scratch:
            shutil.copytree(imported, scratch / "cluster")
            _give_away(scratch)
            with _server(scratch) as settings:
                peer = cls(environment, settings, scratch)
                try:
                    yield peer
                finally:
                    peer._close()

    def search(self, queries: Sequence[str]) -> list[LonLat | None]:
        """First answer of the library to each query, (lon, lat) in degrees; None for nothing."""
        library = self._library or self._open()
        assert library.stdin is not None
        assert library.stdout is not None
        found: list[LonLat | None] = []
        for query in queries:
            print(json.dumps(query), file=library.stdin, flush=True)
            answer = library.stdout.readline()
            if not answer:
                raise RuntimeError(f"Nominatim's library ended: {_last_line(self._log)}")
            point, seconds = json.loads(answer)
            self.seconds += seconds
            found.append((point[0], point[1]) if point else None)
        return found

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Nominatim's own server on a free port of loopback: its URL."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        serve = (self._python, self._command, "serve", "--server", f"127.0.0.1:{port}")
        log = self._scratch / "http.log"
        with log.open("w") as told:
            server = subprocess.Popen(
                ("setpriv", "--pdeathsig=TERM", "--", *serve),
                cwd=self._scratch,
                env=self._settings,
                stdout=told,
                stderr=told,
            )
        try:
            _until(lambda: _answers(port), server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(server)

    @property
    def _log(self) -> Path:
        return self._scratch / "library.log"

    def _open(self) -> subprocess.Popen[str]:
        with self._log.open("w") as log:
            self._library = subprocess.Popen(
                [self._python, "-c", _LIBRARY, self._scratch],
                cwd=self._scratch,
                env=self._settings,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self._library

    def _close(self) -> None:
        if self._library is not None:
            assert self._library.stdin is not None
            assert self._library.stdout is not None
            with contextlib.suppress(BrokenPipeError):
                self._library.stdin.close()
            self._library.stdout.close()
            _end(self._library)


# What has to be there -----------------------------------------------------------------------------


def default_cache() -> Path:
    """`OUTREACH_NOMINATIM`, else a folder in the user's cache."""
    named = os.environ.get("OUTREACH_NOMINATIM")
    return Path(named).expanduser() if named else user_cache_path("outreach") / "nominatim"


def missing(cache_folder: Path) -> list[str]:
    """What `Nominatim.ready` would have to install or ask for, in words."""
    lacking = missing_programs()
    if not _is_made(_environment(cache_folder)):
        lacking.append("its environment (`python -m data.bench.nominatim` makes it)")
    return lacking


def missing_programs() -> list[str]:
    """Programs that are not on this machine, each with the Debian package that has it."""
    lacking = []
    if shutil.which("setpriv") is None:
        lacking.append("setpriv (util-linux)")
    if _postgresql() is None:
        lacking.append("PostgreSQL with PostGIS (postgresql-postgis)")
    elif os.geteuid() == 0 and _unprivileged() is None:
        lacking.append("a user “postgres” (postgresql-common)")
    lacking += [
        f"{name} ({package})"
        for name, package in (("osm2pgsql", "osm2pgsql"), ("osmium", "osmium-tool"))
        if shutil.which(name) is None
    ]
    return lacking


def _require(lacking: Sequence[str]) -> None:
    if lacking:
        raise InputError(f"Nominatim needs {', '.join(lacking)}; install what is missing")


def _postgresql() -> Path | None:
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
    """Who runs the server where we are root: PostgreSQL refuses to be."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


# The environment ----------------------------------------------------------------------------------


def make_environment(cache_folder: Path) -> Path:
    """Nominatim's own virtual environment, made when it is missing.

    Raises:
        InputError: the package index or a compiler for PyICU is missing.
    """
    folder = _environment(cache_folder)
    if not _is_made(folder):
        log = cache_folder / "environment.log"
        cache_folder.mkdir(parents=True, exist_ok=True)
        _run((sys.executable, "-m", "venv", "--clear", folder), log, "its environment")
        pip = (folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check")
        pinned = ("--require-hashes", "--no-deps", "-r", REQUIREMENTS)
        what = "its packages (PyICU is compiled: g++, pkg-config, libicu-dev)"
        _run((*pip, *pinned), log, what)
        (folder / ".made").touch()
    return folder


def _environment(cache_folder: Path) -> Path:
    """Named after what is in it: other versions are another environment."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    return cache_folder / f"environment-{digest[:12]}"


def _is_made(environment: Path) -> bool:
    return (environment / ".made").is_file()


# The imported map ---------------------------------------------------------------------------------


def _imported(osm_file: Path, cache_folder: Path, environment: Path) -> Path:
    """Files of a stopped cluster that holds the map."""
    server = _postgresql()
    digest = hashlib.sha256(f"{environment.name} {server} {_SETTINGS}".encode())
    try:
        digest.update(osm_file.read_bytes())
    except OSError as error:
        raise InputError(f"{osm_file.name} cannot be read: {error.strerror}") from None
    kept = cache_folder / f"map-{digest.hexdigest()[:12]}"
    if kept.is_dir():
        return kept
    with _scratch() as scratch:
        log = cache_folder / "import.log"
        _make_cluster(scratch, log)
        file = scratch / "sorted.osm.pbf"
        sort = ("osmium", "sort", osm_file, "-o", file)
        _run(sort, log, f"sorting {osm_file.name}", env=_plain())
        with _server(scratch) as settings:
            words = ("import", "--osm-file", file, "--offline", "--no-updates", "-j", "2")
            command = (environment / "bin" / "python", environment / "bin" / "nominatim", *words)
            _run(command, log, f"importing {osm_file.name}", cwd=scratch, env=settings)
        part = kept.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(scratch / "cluster", part)
        part.rename(kept)
    return kept


# The private cluster ------------------------------------------------------------------------------


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder that only the cluster's user and root may enter.

    Its path is short, as a Unix socket's must be (107 bytes).
    """
    folder = Path(tempfile.mkdtemp(prefix="nominatim-"))
    try:
        _give_away(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _give_away(folder: Path) -> None:
    """Where we are root, everything in `folder` belongs to the cluster's user from now on."""
    user = _unprivileged()
    if os.geteuid() == 0 and user is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _as_server(program: str, *words: str | Path) -> list[str | Path]:
    """The command line of a program of PostgreSQL, without privileges, ending when we end."""
    folder = _postgresql()
    assert folder is not None
    user = _unprivileged() if os.geteuid() == 0 else None
    drop = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if user else []
    return ["setpriv", *drop, "--pdeathsig=INT", "--", folder / program, *words]


def _make_cluster(scratch: Path, log: Path) -> None:
    words = ("--auth=trust", f"--username={ROLE}", "--encoding=UTF8", "--locale=C.UTF-8")
    folder = scratch / "cluster"
    command = _as_server("initdb", "--pgdata", folder, *words, "--wal-segsize=1", "--no-sync")
    _run(command, log, "its database", cwd=scratch, env=_plain())


@contextmanager
def _server(scratch: Path) -> Iterator[dict[str, str]]:
    """The cluster in `scratch`, running: the environment of programs that use it."""
    options = [word for setting in _SETTINGS for word in ("-c", setting)]
    command = _as_server("postgres", "-D", scratch / "cluster", "-k", scratch, *options)
    log = scratch / "server.log"
    with log.open("w") as told:
        server = subprocess.Popen(command, cwd=scratch, env=_plain(), stdout=told, stderr=told)
    try:
        _until(lambda: _accepts(scratch / ".s.PGSQL.5432"), server, log)
        yield {
            **_plain(),
            "NOMINATIM_DATABASE_DSN": f"pgsql:host={scratch};user={ROLE};dbname=nominatim",
            "NOMINATIM_DATABASE_WEBUSER": ROLE,
            "NOMINATIM_TOKENIZER": "icu",
        }
    finally:
        _end(server)


def _plain() -> dict[str, str]:
    """An environment without proxies, keys and settings of anybody else."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def _accepts(path: Path) -> bool:
    """The server says on its socket that it is open for business."""
    with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
        line.connect(str(path))
        return b"database system is ready" in (path.parent / "server.log").read_bytes()
    return False


def _answers(port: int) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/status")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


# Processes ----------------------------------------------------------------------------------------


def _run(
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
        raise InputError(f"Nominatim: {what} failed ({_last_line(log)}); see {log}")


def _until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Nominatim: {log.stem} did not start ({_last_line(log)})")
        time.sleep(0.05)


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _end(process: subprocess.Popen[Any]) -> None:
    """Interrupts a process, as PostgreSQL's quick way out wants it; kills it where that fails."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two runs do not prepare the same folder at once: the second waits for the first."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else default_cache()
    _require(missing_programs())
    print(make_environment(chosen))
