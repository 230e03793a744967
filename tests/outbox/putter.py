"""A process that puts 50 annotations a second, and says of each that its put returned.

python -m tests.outbox.putter URL FILE TRACE_ID FIRST
"""

from __future__ import annotations

import sys
import time

from phoenix_traces import Client, Outbox
from tests.support.live import PROJECT

KEYS = 40
PER_SECOND = 50


def identifier_of(number: int) -> str:
    """Return the key of a put: many puts share one, and the last of them counts."""
    return f"key {number % KEYS}"


def main(url: str, path: str, trace_id: str, first: str) -> None:
    outbox = Outbox(Client(base_url=url, timeout=10.0), path, project_identifier=PROJECT)
    number = int(first)
    while True:
        outbox.put(
            trace_id=trace_id,
            annotation_name="kills",
            label=str(number),
            identifier=identifier_of(number),
        )
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1
        time.sleep(1 / PER_SECOND)


if __name__ == "__main__":
    main(*sys.argv[1:])
