"""The weights of confidence on disk: the program's own, and those a region was calibrated to."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from data.files import write_whole
from planning import wire
from planning.addresses.confidence import Confidence

NAME = "confidence.json"


def read_confidence(region: Path) -> Confidence:
    """The weights in the region pack in folder `region`, else those the program comes with.

    Raises:
        InputError: the region's file is damaged; calibrate again, or delete it.
    """
    own = region / NAME
    text = own.read_bytes() if own.is_file() else shipped()
    return wire.load(Confidence, text, file=NAME)


def shipped() -> bytes:
    """The weights the program comes with: see docs/addresses.md for what they were fitted to."""
    return (files("data.reference") / NAME).read_bytes()


def write_confidence(target: Path, confidence: Confidence) -> None:
    """Writes the weights to file `target`, whole or not at all."""
    lines = json.dumps(json.loads(wire.dump(confidence)), ensure_ascii=False, indent=1)
    write_whole(target, (lines + "\n").encode())
