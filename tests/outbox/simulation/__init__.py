"""Simulated stories of an outbox: puts, crashes, faults, late traces, other writers, in seconds.

`python -m tests.outbox.simulation SEED` tells one of them.
"""
