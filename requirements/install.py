"""Install a file of pins into an environment, and show that it is alive meanwhile.

    python requirements/install.py .venv requirements/ci.txt

On a terminal one line counts what was collected, elsewhere a line comes every ten seconds. What pip
itself has to say is shown when it fails.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

SECONDS_BETWEEN_LINES = 10

# Not compiled, because Python compiles what it imports, which is a small part of all this.
OPTIONS = (
    "--disable-pip-version-check",
    "install",
    "--no-compile",
    "--progress-bar=off",
)


class Progress:
    """The line that says how far pip is, and pip's own words in case it fails."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.collected = 0
        self.installing = False
        self.said: list[str] = []

    def read(self, line: str) -> None:
        """Take a line of pip's."""
        self.said.append(line)
        self.collected += line.startswith("Collecting ")
        self.installing |= line.startswith("Installing collected packages")

    def __str__(self) -> str:
        if self.installing:
            return f"  {self.collected} packages fetched, now unpacking them"
        return f"  fetching packages: {self.collected} of about {self.total}"


def install(python: Path, requirements: Path) -> int:
    """Run pip, and return its exit code."""
    pins = requirements.read_text(encoding="utf-8").splitlines()
    progress = Progress(sum("==" in line for line in pins))
    pip = subprocess.Popen(
        [python, "-m", "pip", *OPTIONS, "--requirement", requirements],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    reader = Thread(target=_read, args=(pip, progress), daemon=True)
    reader.start()
    on_terminal = sys.stdout.isatty()
    began = time.monotonic()
    pause = 0.2 if on_terminal else SECONDS_BETWEEN_LINES
    while reader.is_alive():
        reader.join(pause)
        seconds = f"{time.monotonic() - began:.0f} s"
        start, end = ("\r", "  ") if on_terminal else ("", "\n")
        print(f"{start}{progress} ({seconds})", end=end, flush=True)
    if on_terminal:
        print()
    code = pip.wait()
    if code:
        print("".join(progress.said[-40:]))
    return code


def _read(pip: subprocess.Popen[str], progress: Progress) -> None:
    for line in pip.stdout or ():
        progress.read(line)


if __name__ == "__main__":
    environment, pins = map(Path, sys.argv[1:])
    sys.exit(install(environment / "bin" / "python", pins))
