"""The weights of confidence on disk: the program's own, and those a region was calibrated to."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from data.files import write_whole
from planning import wire
from planning.addresses.confidence import Confidence
from planning.errors import Fault, FileFault

NAME = "confidence.json"
MOST_LOG_ODDS = 30.0
"""No address is surer than 10¹³ to one; a weight beyond that was not learned."""


def read_confidence(region: Path) -> Confidence:
    """The weights in the region pack in folder `region`, else those the program comes with.

    Raises:
        InputError: the region's file is damaged; calibrate again, or delete it.
    """
    own = region / NAME
    text = own.read_bytes() if own.is_file() else shipped()
    read = wire.load(Confidence, text, file=NAME)
    faults = [
        Fault(_NOT_LEARNED, file=NAME, field=piece, value=str(weight))
        for piece, weight in {"base": read.base, **read.weights}.items()
        if not abs(weight) <= MOST_LOG_ODDS  # NaN too
    ]
    if faults:
        raise FileFault(faults)
    return read


_NOT_LEARNED = (
    f"a weight lies between -{MOST_LOG_ODDS:g} and {MOST_LOG_ODDS:g}; calibrate again, or delete "
    "the file to use the program's own"
)


def shipped() -> bytes:
    """The weights the program comes with: see docs/addresses.md for what they were fitted to."""
    return (files("data.reference") / NAME).read_bytes()


def write_confidence(target: Path, confidence: Confidence) -> None:
    """Writes the weights to file `target`, whole or not at all."""
    lines = json.dumps(json.loads(wire.dump(confidence)), ensure_ascii=False, indent=1)
    write_whole(target, (lines + "\n").encode())
