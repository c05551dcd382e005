"""Environments of their own for benchmark peers, which are not dependencies of this project.

Each is made once, in the user's cache or where `OUTREACH_BENCH_PEERS` says, from pinned
requirements; by uv where that is installed, else by this Python's venv.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from platformdirs import user_cache_path

from planning.errors import Fault, InputError

_ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def environment(name: str, requirements: Path, *, python_of: str | Path = sys.executable) -> Path:
    """The Python of the environment `name`, which is made if need be.

    Args:
        name: of its folder.
        requirements: pinned, with hashes.
        python_of: the Python to make it with; for uv it may be a version, too.

    Raises:
        InputError: the packages cannot be had.
    """
    named = os.environ.get("OUTREACH_BENCH_PEERS")
    folder = (Path(named) if named else user_cache_path("outreach")) / name
    python, done = folder / "bin" / "python", folder / "requirements.txt"
    wanted = requirements.read_text(encoding="utf-8")
    if not done.is_file() or done.read_text(encoding="utf-8") != wanted:
        uv = shutil.which("uv")
        if uv is not None:
            run([uv, "venv", "--clear", "--python", python_of, folder], "uv venv")
            install: list[str | Path] = [uv, "pip", "install", "--python", python]
        else:
            run([python_of, "-m", "venv", "--clear", folder], "venv")
            install = [python, "-m", "pip", "install"]
        run([*install, "--require-hashes", "-r", requirements], "installing the peers")
        done.write_text(wanted, encoding="utf-8")
    return python


def run(command: list[str | Path], what: str) -> str:
    """What the command printed, on one core as far as its libraries let themselves be told.

    Raises:
        InputError: it failed; its last line is in the message.
    """
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | _ONE_CORE
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise InputError(Fault(f"{what} failed: {' '.join(last)[:200]}"))
    return done.stdout
