"""Functions over arrays, compiled to machine code by numba where it is installed.

A compiled function is kept on disk: beside the module, or in the user's cache folder where the
installation is read-only (numba's NUMBA_CACHE_DIR names another one). Numba looks at the module's
own file to see whether the kept code is stale, so a kernel calls kernels of its own module only.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def installed() -> bool:
    """True where numba can be imported."""
    return find_spec("numba") is not None


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, compiled at its first call for the types of its arguments, without the GIL."""
    import numba

    try:
        compiled: Callable[P, R] = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder to keep it in: it is compiled again in every process
        compiled = numba.njit(nogil=True)(function)
    return compiled
