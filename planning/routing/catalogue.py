"""The engines by name."""

from __future__ import annotations

from planning.routing.engines import Engine
from planning.travel import compiled

NAMES = ("auto", "ortools", "ruin", "vroom")
"""What `engine` takes."""


def engine(name: str) -> Engine:
    """The engine of that name; "auto" is ruin and recreate where numba is installed.

    It is loaded here and not before: each takes a second, and a process needs one of them.

    Raises:
        InputError: it is VROOM, which is not installed.
    """
    if name == "ruin" or (name == "auto" and compiled.installed()):
        from planning.routing.ruin import engine as ruin

        return ruin.solve
    if name in ("auto", "ortools"):
        from planning.routing import ortools_engine

        return ortools_engine.solve
    if name == "vroom":
        from planning.routing import vroom_engine

        vroom_engine.refuse_missing()
        return vroom_engine.solve
    raise ValueError(f"no engine is called {name}: {', '.join(NAMES)}")
