"""The travel benchmark's peers: OSRM's and RoutingKit's bindings.

osrm-bindings ships wheels for CPython 3.12 and newer only, so their environment is made by uv, or
with a Python ≥ 3.12 of this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from data.bench.environments import environment, run
from planning.errors import Fault, InputError

REQUIREMENTS = Path(__file__).with_name("travel.requirements.txt")
ENGINES = Path(__file__).with_name("travel_engines.py")

_VERSIONS = ("3.12", "3.13", "3.14")

Figures = dict[str, dict[str, float]]
"""By step: cpu_s and wall_s."""


def peers_python() -> Path:
    """The Python of the peers' environment, which is made if need be.

    Raises:
        InputError: there is no uv and no Python ≥ 3.12, or the packages cannot be had.
    """
    # Uv does not look into pyenv's folders, and may not be able to fetch a Python.
    found = next(_pythons(), None)
    if found is None and shutil.which("uv") is None:
        raise InputError(
            Fault("OSRM and RoutingKit are left out: install uv, or a Python 3.12 or newer")
        )
    return environment("travel", REQUIREMENTS, python_of=found or ">=3.12")


def ask(python: Path, *words: str | Path) -> Figures:
    """What an engine's steps took: `data.bench.travel_engines` with these words.

    Raises:
        InputError: the engine failed; its last line is in the message.
    """
    said = run([python, ENGINES, *words], f"the peer {words[0]}")
    figures: Figures = json.loads(said.splitlines()[-1])
    return figures


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
