"""A terminal of a given width for a program of ours, and what is seen on it."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Seen:
    """What a program showed.

    Attributes:
        screens: The lines on the screen after each part that came, without empty ones at the end.
        printed: What it printed to standard output, which is no terminal.
        code: How it ended.
        cursor_is_hidden: Whether it left the terminal without a cursor.
    """

    screens: list[list[str]]
    printed: str
    code: int
    cursor_is_hidden: bool

    @property
    def last(self) -> list[str]:
        """Return what was left on the screen."""
        return self.screens[-1]

    @property
    def lines(self) -> set[str]:
        """Return every line that was on the screen at any time."""
        return {line for screen in self.screens for line in screen}


def seen_in_terminal(
    program: str,
    *,
    columns: int,
    rows: int = 24,
    environment: Mapping[str, str] | None = None,
) -> Seen:
    """Run a program whose standard error is a terminal.

    Args:
        program: Python.
        columns: The terminal's width.
        rows: Its height.
        environment: More variables.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    running = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**inherited, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **(environment or {})},
    )
    os.close(theirs)
    screen = pyte.Screen(columns, rows)
    try:
        screens = _screens(ours, screen)
        printed, _ = running.communicate()
    finally:
        running.kill()
        os.close(ours)
    return Seen(screens, printed, running.returncode, screen.cursor.hidden)


def _screens(terminal: int, screen: pyte.Screen) -> list[list[str]]:
    stream = pyte.ByteStream(screen)
    screens: list[list[str]] = [[]]
    with suppress(OSError):  # EIO: the other side was closed
        while part := os.read(terminal, 65_536):
            stream.feed(part)
            lines = [line.rstrip() for line in screen.display]
            while lines and not lines[-1]:
                lines.pop()
            screens.append(lines)
    return screens
