"""The election of the one process, and the one outbox in it, that sends what is in a file.

The lock is the system's own on a file beside the outbox, held for as long as somebody sends. The
system lets go of it when the process ends in whatever way, and a child that is forked does not get
it. But to the system all of a process' files are one owner, so what is held here is noted too.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from threading import Lock
from typing import Protocol

from phoenix_traces.errors import OutboxFileError
from phoenix_traces.transport.clients import process_token

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# What the system says when another process holds the lock.
_HELD = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


class SenderLock(Protocol):
    """The right to send what is in a file."""

    def acquire(self) -> bool:
        """Take the lock if nobody else has it; tell whether it is ours.

        Raises:
            OutboxFileError: when locks do not work there.
        """
        ...

    def release(self) -> None:
        """Let go of the lock, if it is ours."""
        ...


class _Held:
    """What is locked in this process."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew: after a fork, nothing is held, whoever had the guard."""
        self.guard = Lock()
        self.paths: set[Path] = set()


_HELD_HERE = _Held()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_HELD_HERE.forget)


class FileLock:
    """The lock on the file beside an outbox.

    Args:
        path: The outbox.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.resolve().with_name(f"{path.name}-sender")
        self._file: int | None = None
        self._process = process_token()

    def acquire(self) -> bool:
        """Take the lock if nobody else has it; tell whether it is ours.

        Raises:
            OutboxFileError: when locks do not work there.
        """
        if self._process is not process_token():
            # The parent's lock is not ours; its file is closed with it, as closing touches no lock
            # of another process.
            self._process = process_token()
            self._file = None
        if self._file is not None:
            return True
        with _HELD_HERE.guard:
            if self._path in _HELD_HERE.paths:
                return False
            self._file = self._locked_file()
            if self._file is not None:
                _HELD_HERE.paths.add(self._path)
        return self._file is not None

    def _locked_file(self) -> int | None:
        file = -1
        try:
            file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
            _lock(file)
        except OSError as error:
            if file >= 0:
                os.close(file)
            if error.errno in _HELD and file >= 0:
                return None
            reason = error.strerror or type(error).__name__
            raise OutboxFileError(
                f"{self._path} cannot be locked ({reason}), so nothing can tell which process "
                "sends: put the outbox on a local disk"
            ) from None
        return file

    def release(self) -> None:
        """Let go of the lock, if it is ours."""
        if self._file is None or self._process is not process_token():
            return
        with _HELD_HERE.guard:
            os.close(self._file)  # which unlocks it
            self._file = None
            _HELD_HERE.paths.discard(self._path)


def _lock(file: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
