"""Who else is asked: what an audit hook of Python tells about sockets.

Standard library only: `tests/cli` also puts this file in front of every Python process it starts.
"""

from __future__ import annotations

import ipaddress

_CALLS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


def stranger(event: str, args: tuple[object, ...]) -> str:
    """The host that is called or looked up, where it is not this machine; else empty."""
    if event in _CALLS:
        address = args[1]
        host = address[0] if isinstance(address, tuple) and address else None
    elif event in _LOOKUPS:
        host = args[0]
    else:
        return ""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    return "" if name in ("", "localhost") or _is_loopback(name) else name


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
