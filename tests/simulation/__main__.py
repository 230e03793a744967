"""Play one script, or many, and tell what happened."""

from __future__ import annotations

import argparse
import sys

from tests.simulation.clock import VirtualTime
from tests.simulation.many import play_many
from tests.simulation.play import play
from tests.simulation.queue_play import play_queued


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--queued", action="store_true", help="scripts through the server's queue")
    parser.add_argument("--count", type=int, help="so many scripts from this seed on")
    arguments = parser.parse_args()
    play_one = play_queued if arguments.queued else play
    if arguments.count:
        failures = play_many(range(arguments.seed, arguments.seed + arguments.count), play_one)
        sys.stdout.write("\n".join(failures) + f"\n{len(failures)} failures\n")
        return bool(failures)
    time = VirtualTime()
    with time.for_retries():
        play_one(arguments.seed, time, tell=lambda what: sys.stdout.write(f"{what}\n"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
