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
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from platformdirs import user_cache_path

from data.bench import cluster
from planning.errors import InputError
from planning.model import LonLat

REQUIREMENTS = Path(__file__).with_name("nominatim.requirements.txt")
ROLE = "nominatim"

_SETTINGS = ("listen_addresses=", "shared_buffers=256MB", *cluster.QUICK)
"""Of the private cluster: no network."""

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
        with cluster.scratch("nominatim-") as scratch:
            shutil.copytree(imported, scratch / "cluster")
            cluster.give_away(scratch)
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
                raise RuntimeError(f"Nominatim's library ended: {cluster.last_line(self._log)}")
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
            cluster.until(lambda: _answers(port), server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            cluster.end(server)

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
            cluster.end(self._library)


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
    return cluster.missing() + [
        f"{name} ({package})"
        for name, package in (("osm2pgsql", "osm2pgsql"), ("osmium", "osmium-tool"))
        if shutil.which(name) is None
    ]


def _require(lacking: Sequence[str]) -> None:
    if lacking:
        raise InputError(f"Nominatim needs {', '.join(lacking)}; install what is missing")


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
        cluster.run(
            (sys.executable, "-m", "venv", "--clear", folder), log, "Nominatim: its environment"
        )
        pip = (folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check")
        pinned = ("--require-hashes", "--no-deps", "-r", REQUIREMENTS)
        what = "Nominatim: its packages (PyICU is compiled: g++, pkg-config, libicu-dev)"
        cluster.run((*pip, *pinned), log, what)
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
    server = cluster.programs()
    digest = hashlib.sha256(f"{environment.name} {server} {_SETTINGS}".encode())
    try:
        digest.update(osm_file.read_bytes())
    except OSError as error:
        raise InputError(f"{osm_file.name} cannot be read: {error.strerror}") from None
    kept = cache_folder / f"map-{digest.hexdigest()[:12]}"
    if kept.is_dir():
        return kept
    with cluster.scratch("nominatim-") as scratch:
        log = cache_folder / "import.log"
        cluster.make(scratch, superuser=ROLE, log=log)
        file = scratch / "sorted.osm.pbf"
        sort = ("osmium", "sort", osm_file, "-o", file)
        cluster.run(
            sort, log, f"Nominatim: sorting {osm_file.name}", env=cluster.plain_environment()
        )
        with _server(scratch) as settings:
            words = ("import", "--osm-file", file, "--offline", "--no-updates", "-j", "2")
            command = (environment / "bin" / "python", environment / "bin" / "nominatim", *words)
            cluster.run(
                command, log, f"Nominatim: importing {osm_file.name}", cwd=scratch, env=settings
            )
        part = kept.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(scratch / "cluster", part)
        part.rename(kept)
    return kept


# The private cluster ------------------------------------------------------------------------------


@contextmanager
def _server(scratch: Path) -> Iterator[dict[str, str]]:
    """The cluster in `scratch`, running: the environment of programs that use it."""
    with cluster.serving(scratch, _SETTINGS):
        yield {
            **cluster.plain_environment(),
            "NOMINATIM_DATABASE_DSN": f"pgsql:host={scratch};user={ROLE};dbname=nominatim",
            "NOMINATIM_DATABASE_WEBUSER": ROLE,
            "NOMINATIM_TOKENIZER": "icu",
        }


def _answers(port: int) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/status")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


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
