"""The environment of the travel benchmark's peers: OSRM's and RoutingKit's bindings.

They are not dependencies of this project: osrm-bindings ships wheels for CPython 3.12 and newer
only. Their environment is made once, in the user's cache or where `OUTREACH_BENCH_PEERS` says, from
pinned requirements; by uv where that is installed, else by a Python ≥ 3.12 of this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_path

from planning.errors import Fault, InputError

REQUIREMENTS = Path(__file__).with_name("travel.requirements.txt")
ENGINES = Path(__file__).with_name("travel_engines.py")

_VERSIONS = ("3.12", "3.13", "3.14")
_ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

Figures = dict[str, dict[str, float]]
"""By step: cpu_s and wall_s."""


def peers_python() -> Path:
    """The Python of the peers' environment, which is made if need be.

    Raises:
        InputError: there is no uv and no Python ≥ 3.12, or the packages cannot be had.
    """
    named = os.environ.get("OUTREACH_BENCH_PEERS")
    folder = Path(named) if named else user_cache_path("outreach") / "travel-peers"
    python, done = folder / "bin" / "python", folder / "requirements.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not done.is_file() or done.read_text(encoding="utf-8") != wanted:
        _make(folder, python)
        done.write_text(wanted, encoding="utf-8")
    return python


def ask(python: Path, *words: str | Path) -> Figures:
    """What an engine's steps took: `data.bench.travel_engines` with these words.

    Raises:
        InputError: the engine failed; its last line is in the message.
    """
    said = _run([python, ENGINES, *words], f"the peer {words[0]}")
    figures: Figures = json.loads(said.splitlines()[-1])
    return figures


def _make(folder: Path, python: Path) -> None:
    uv, found = shutil.which("uv"), next(_pythons(), None)
    if uv is not None:
        # Uv does not look into pyenv's folders, and may not be able to fetch a Python.
        _run([uv, "venv", "--clear", "--python", found or ">=3.12", folder], "uv venv")
        _run([uv, "pip", "install", "--require-hashes", "--python", python, "-r", REQUIREMENTS],
             "uv pip install")  # fmt: skip
        return
    if found is None:
        raise InputError(
            Fault("OSRM and RoutingKit are left out: install uv, or a Python 3.12 or newer")
        )
    _run([found, "-m", "venv", "--clear", folder], "venv")
    _run([python, "-m", "pip", "install", "--require-hashes", "-r", REQUIREMENTS], "pip install")


def _pythons() -> Iterator[Path]:
    """Pythons ≥ 3.12 of this machine, this one first."""
    if sys.version_info >= (3, 12):
        yield Path(sys.executable)
    for version in _VERSIONS:
        on_path = shutil.which(f"python{version}")
        # A pyenv shim is on the path even where its version is not the chosen one.
        if on_path is not None and _version(on_path) == version:
            yield Path(on_path)
        yield from sorted((_pyenv() / "versions").glob(f"{version}*/bin/python"))


def _pyenv() -> Path:
    return Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()


def _version(python: str) -> str:
    ask_it = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(ask_it, capture_output=True, text=True, check=False).stdout.strip()


def _run(command: list[str | Path], what: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | _ONE_CORE
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise InputError(Fault(f"{what} failed: {' '.join(last)[:200]}"))
    return done.stdout
