"""The command `phoenix-traces`, which needs the extra `cli`."""

from __future__ import annotations

import sys

PROGRAM = "phoenix-traces"

_PARTS_OF_THE_EXTRA = ("click", "rich", "typer")


def main() -> None:
    """Run the command line; without the extra, say which one to install and exit 1."""
    try:
        from phoenix_traces.cli.app import app
    except ModuleNotFoundError as error:
        if error.name not in _PARTS_OF_THE_EXTRA:
            raise
        print(
            f"{PROGRAM} needs {error.name}, which is not installed. "
            'Install it with: pip install "phoenix-traces[cli]"',
            file=sys.stderr,
        )
        sys.exit(1)
    app(prog_name=PROGRAM)
