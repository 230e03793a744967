"""Python programs of their own: for what can be measured only once in a process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]


def run_module(name: str, *arguments: str) -> Any:
    """Run a module as a program, and return the JSON that it prints."""
    return _run("-m", name, *arguments)


def run_code(code: str) -> Any:
    """Run a program, and return the JSON that it prints."""
    return _run("-c", code)


def _run(*arguments: str) -> Any:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)
