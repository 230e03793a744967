"""Run the command line as `python -m phoenix_traces`."""

from __future__ import annotations

from phoenix_traces.cli import main

if __name__ == "__main__":
    main()
