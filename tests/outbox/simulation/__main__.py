from __future__ import annotations

import sys

from tests.outbox.simulation.play import play

if __name__ == "__main__":
    for seed in map(int, sys.argv[1:]):
        play(seed, tell=print)
