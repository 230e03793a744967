"""Run a throw-away PostgreSQL, for the tests that need the server's other database."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_traces.testing.ports import HOST, free_port

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

_SUPERUSER = "phoenix"
_START_SECONDS = 30.0


def find_postgres() -> Path | None:
    """Return the folder of the newest installed PostgreSQL's programs, if there is one."""
    folders = [program.parent for program in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=_version, default=None)


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", folder.parent.name))


class EmbeddedPostgres:
    """Start PostgreSQL on a loopback port in a temporary folder; remove both afterwards."""

    def __init__(self, programs: Path | None = None) -> None:
        """Find the programs and choose a port; nothing is started yet.

        Args:
            programs: Folder of `initdb` and `postgres`; the newest installed by default.

        Raises:
            FileNotFoundError: There is no PostgreSQL here.
        """
        found = programs or find_postgres()
        if found is None:
            raise FileNotFoundError("no PostgreSQL programs below /usr/lib/postgresql")
        self._programs = found
        self.port = free_port()
        self._owner = _unprivileged_owner()
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address of its database, as Phoenix takes it."""
        return f"postgresql://{_SUPERUSER}@{HOST}:{self.port}/postgres"

    def __enter__(self) -> Self:
        """Create the cluster, start it, and wait until it takes connections."""
        folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._folder = folder
        try:
            if self._owner is not None:
                os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
            self._initialise(folder)
            self._process = self._launch(folder)
            self._wait_until_ready(folder, self._process)
        except BaseException:
            self._clean_up()
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server and remove its folder."""
        self._clean_up()

    def _initialise(self, folder: Path) -> None:
        # "trust" asks for no password: only loopback reaches it, and it holds test data.
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        process = self._run(folder, "initdb", "-D", "data", "-U", _SUPERUSER, *options)
        if process.wait() != 0:
            raise RuntimeError(f"initdb failed:\n{_log(folder)}")

    def _launch(self, folder: Path) -> subprocess.Popen[bytes]:
        address = ["-h", HOST, "-p", str(self.port), "-c", "unix_socket_directories="]
        return self._run(folder, "postgres", "-D", "data", *address, "-c", "fsync=off")

    def _run(self, folder: Path, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / program, *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=None if self._owner is None else self._owner.pw_uid,
                group=None if self._owner is None else self._owner.pw_gid,
                extra_groups=None if self._owner is None else [],
            )

    def _wait_until_ready(self, folder: Path, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if server.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended while starting:\n{_log(folder)}")
            probe = self._run(folder, "pg_isready", "-q", "-h", HOST, "-p", str(self.port))
            if probe.wait() == 0:
                return
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL did not start in {_START_SECONDS:g} s:\n{_log(folder)}")

    def _clean_up(self) -> None:
        try:
            if self._process is not None:
                # Its "fast" way to stop: do not wait for clients to hang up.
                self._process.send_signal(signal.SIGINT)
                self._process.wait()
                self._process = None
        finally:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None


def _unprivileged_owner() -> pwd.struct_passwd | None:
    """Return whom to run as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _log(folder: Path) -> str:
    return (folder / "log").read_text(encoding="utf-8", errors="replace")
