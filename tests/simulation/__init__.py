"""Uploads played against a model of Phoenix, with seeded faults and in virtual time.

`python -m tests.simulation SEED` plays one script again and tells what happened in it.
"""
