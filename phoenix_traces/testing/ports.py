"""Choose loopback ports for servers that will open them only seconds later."""

from __future__ import annotations

import itertools
import random
import socket

HOST = "127.0.0.1"

# Linux and macOS give outgoing connections ports above this range: none of those can
# take the port between our choice and the moment the server opens it.
_CANDIDATES = range(20_000, 32_000)


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return so many different loopback ports that nobody listens on."""
    # A test that seeds `random` must not make every server choose the same ports.
    shuffled = random.SystemRandom().sample(_CANDIDATES, len(_CANDIDATES))
    return list(itertools.islice(filter(is_free, shuffled), count))


def is_free(port: int) -> bool:
    """Tell whether a server could open this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do, so that connections that have just ended do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
