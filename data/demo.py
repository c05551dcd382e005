"""The sample campaign as it was made: its figures and how to sign in. Light to read.

`data.demo_campaign` makes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from data.files import write_whole
from data.home import Home


@dataclass(frozen=True, slots=True)
class Demo:
    """What the sample holds, and how to sign in."""

    figures: dict[str, object]
    said: tuple[str, ...]
    """The figures in words."""
    sign_ins: dict[str, str]
    """Sign-in name → password. Of invented accounts, so they may be shown."""

    def facts(self) -> dict[str, object]:
        """For machines."""
        return {**self.figures, "sign_ins": self.sign_ins}

    def lines(self) -> tuple[str, ...]:
        """For people."""
        return (
            "The sample campaign: invented children in a modelled Ruse province.",
            *self.said,
            "Sign in as:",
            *(f"  {user_id:<18} {password}" for user_id, password in self.sign_ins.items()),
        )


def kept_demo(home: Home) -> Demo | None:
    """The sample as it was made before; None when it is not there, or not whole."""
    file = home.sample / "demo.json"
    there = home.registry != home.registry_file or home.registry_file.is_file()
    if not (file.is_file() and there):
        return None
    kept = json.loads(file.read_text("utf-8"))
    return Demo(kept["figures"], tuple(kept["said"]), kept["sign_ins"])


def keep_demo(home: Home, demo: Demo) -> None:
    """Notes what was made where only this user of the machine reads it."""
    kept = {"figures": demo.figures, "said": demo.said, "sign_ins": demo.sign_ins}
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    write_whole(home.sample / "demo.json", text.encode())


def demo_sign_ins(home: Home) -> dict[str, str]:
    """The sample's accounts and passwords; empty in an office that has no sample."""
    kept = kept_demo(home)
    return kept.sign_ins if kept else {}
