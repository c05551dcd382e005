"""The organisation's own sign-in (OpenID Connect), as an office sets it up.

The settings are Streamlit's `[auth]`, in `secrets.toml` of the home folder: never in the tree.
"""

from __future__ import annotations

import os
import stat
import tomllib
from importlib.util import find_spec
from typing import Any

from data.home import Home
from planning.errors import Fault, FileFault

FILE = "secrets.toml"
_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_SHORTEST_SECRET = 32
"""Characters of `cookie_secret`, which signs who somebody is."""


def organisation_sign_in(home: Home) -> dict[str, Any]:
    """The settings as Streamlit takes them; empty in an office that has none.

    Raises:
        FileFault: every fault of the file: others may read it, it is not TOML, something is
            missing.
    """
    file = home.folder / FILE
    if not file.exists():
        return {}
    faults = []
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        faults.append("others on this machine may read it; run `chmod 600` on it first")
    try:
        kept = tomllib.loads(file.read_text("utf-8")).get("auth", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise FileFault(Fault("this is not a TOML file; correct it", file=FILE)) from None
    auth = kept if isinstance(kept, dict) else {}
    faults += [f"[auth] needs {name}" for name in _NEEDED if not isinstance(auth.get(name), str)]
    if len(str(auth.get("cookie_secret", "x" * _SHORTEST_SECRET))) < _SHORTEST_SECRET:
        faults.append(f"cookie_secret needs {_SHORTEST_SECRET} random characters or more")
    if not str(auth.get("redirect_uri", "/oauth2callback")).endswith("/oauth2callback"):
        faults.append("redirect_uri ends in /oauth2callback")
    if find_spec("authlib") is None:
        faults.append("the package Authlib is not installed; `make setup` installs it")
    if faults:
        raise FileFault(Fault(message, file=FILE) for message in faults)
    return {"auth": {name: str(auth[name]) for name in _NEEDED}}
