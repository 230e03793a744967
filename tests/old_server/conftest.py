"""Tests for the oldest Phoenix that is supported: run by .ci/old-server, which installs it."""

from __future__ import annotations

import os

PYTHON = "OLD_SERVER_PYTHON"

# Without the environment that has the old server there is nothing to collect.
collect_ignore_glob = [] if PYTHON in os.environ else ["test_*.py"]
