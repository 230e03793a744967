"""The command `phoenix-traces`, which needs the extra `cli`."""

from __future__ import annotations

import sys

PROGRAM = "phoenix-traces"


def main() -> None:
    """Run the command line; without the extra, say which one to install and exit 1."""
    try:
        from phoenix_traces.cli.app import app
    except ModuleNotFoundError as error:
        if error.name != "typer":
            raise
        print(
            f"{PROGRAM} needs typer, which is not installed. "
            'Install it with: pip install "phoenix-traces[cli]"',
            file=sys.stderr,
        )
        sys.exit(1)
    app(prog_name=PROGRAM)
