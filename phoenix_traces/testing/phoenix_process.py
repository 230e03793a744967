"""Run a real Phoenix in its own process: for the demo, the tests and the benchmarks.

Phoenix is slow and heavy to import, and its settings are environment variables, so it
never shares our process. It gets a folder, two ports that nobody else uses, and none
of the caller's own Phoenix or OpenTelemetry settings. Needs a POSIX system, because
the server is ended together with everything it has started.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_traces.testing.ports import HOST, free_ports, is_free

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from typing_extensions import Self

_INSTALL_HINT = 'Install it with: pip install "phoenix-traces[demo]"'

_POLL_SECONDS = 0.1
_CALLERS_SETTINGS = ("PHOENIX_", "OTEL_")
_NOT_INSTALLED = re.compile(r"No module named '?phoenix\b")
_PORT_TAKEN = re.compile(r"address already in use", re.IGNORECASE)


class PhoenixStartError(RuntimeError):
    """A server that did not start: why, with its last log lines, and what to do."""


class PhoenixProcess:
    """A Phoenix in a process, on a loopback port, which stops when the `with` block ends.

    A server that was stopped or killed can be started again: it has the same ports and,
    in the same folder, the same data.
    """

    def __init__(
        self,
        *,
        python: str | Path | None = None,
        working_dir: str | Path | None = None,
        port: int | None = None,
        grpc_port: int | None = None,
        database_url: str | None = None,
        env: Mapping[str, str] | None = None,
        start_timeout: float = 120.0,
        stop_timeout: float = 10.0,
    ) -> None:
        """Choose the folder and the ports; nothing is started yet.

        Args:
            python: Interpreter that has `arize-phoenix`, a path or a name to look up in
                PATH; this one by default.
            working_dir: Folder for data and log, which is kept. By default a temporary
                one, which `close` removes.
            port: HTTP port; a free one by default.
            grpc_port: OTLP over gRPC port; a free one by default.
            database_url: `postgresql://...` in place of SQLite in the folder.
            env: More variables for the server, for example to switch on authentication.
            start_timeout: Seconds until the server must answer.
            stop_timeout: Seconds that `stop` leaves it to end by itself.
        """
        free = free_ports(2)
        self.port: int = port or free[0]
        self.grpc_port: int = grpc_port or free[1]
        self._python = _interpreter(python)
        self._keeps_folder = working_dir is not None
        folder = Path(working_dir or tempfile.mkdtemp(prefix="phoenix-"))
        self.working_dir: Path = folder.absolute()
        self.working_dir.mkdir(parents=True, exist_ok=True)
        self._database_url = database_url
        self._extra_env = dict(env or {})
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        """Return the address of the web UI and of the REST API."""
        return f"http://{HOST}:{self.port}"

    @property
    def log_path(self) -> Path:
        """Return the file that receives everything the server prints."""
        return self.working_dir / "server.log"

    @property
    def is_running(self) -> bool:
        """Tell whether the server's process is alive."""
        return self._process is not None and self._process.poll() is None

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the log; empty when there is none."""
        try:
            text = self.log_path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def start(self) -> None:
        """Start the server and wait until `/healthz` answers.

        Raises:
            PhoenixStartError: It is running already, a port is taken, Phoenix is not
                installed, the process ended, or it did not answer in time.
        """
        if self.is_running:
            raise PhoenixStartError(f"This Phoenix is already running at {self.base_url}.")
        for port in (self.port, self.grpc_port):
            if not is_free(port):
                raise PhoenixStartError(_port_taken(port))
        log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        process = self._launch()
        self._process = process
        try:
            self._wait_until_healthy(process, log_start)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ask the server to end, then end its whole process group; keep the folder."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server at once, as a crash would: it cannot finish what it was doing."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Stop the server and remove its folder if it was a temporary one."""
        try:
            self.stop()
        finally:
            if not self._keeps_folder:
                shutil.rmtree(self.working_dir, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start the server; clean up when it does not start."""
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server and clean up, whatever ended the block."""
        self.close()

    def _launch(self) -> subprocess.Popen[bytes]:
        command = [self._python, "-m", "phoenix.server.main", "serve"]
        try:
            with self.log_path.open("ab") as log:
                return subprocess.Popen(
                    command,
                    # `python -m` looks for modules here first, so not in the caller's folder.
                    cwd=self.working_dir,
                    env=self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # Its own group: Ctrl-C reaches us alone, and we end all of it.
                    start_new_session=True,
                )
        except OSError as error:
            raise PhoenixStartError(
                f"Cannot run {self._python}: {error.strerror}. "
                "Give python= an interpreter that has arize-phoenix."
            ) from error

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_CALLERS_SETTINGS)
        }
        own = {
            "PHOENIX_WORKING_DIR": str(self.working_dir),
            "PHOENIX_HOST": HOST,
            "PHOENIX_PORT": str(self.port),
            "PHOENIX_GRPC_PORT": str(self.grpc_port),
            "PHOENIX_TELEMETRY_ENABLED": "false",
            "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
            # Thousands of SQL lines would hide the one line that says what went wrong.
            "PHOENIX_LOG_MIGRATIONS": "false",
            "PYTHONUNBUFFERED": "1",
            "PYTHONIOENCODING": "utf-8",
        }
        if self._database_url is not None:
            own["PHOENIX_SQL_DATABASE_URL"] = self._database_url
        return {**inherited, **own, **self._extra_env}

    def _wait_until_healthy(self, process: subprocess.Popen[bytes], log_start: int) -> None:
        deadline = time.monotonic() + self._start_timeout
        while time.monotonic() < deadline:
            code = process.poll()
            if code is not None:
                raise PhoenixStartError(self._why_it_ended(code, log_start))
            if self._is_healthy():
                return
            time.sleep(_POLL_SECONDS)
        raise PhoenixStartError(
            f"Phoenix did not answer at {self.base_url} in {self._start_timeout:g} s. "
            "On a slow machine give it longer with start_timeout=."
            f"\n{self._last_lines()}"
        )

    def _is_healthy(self) -> bool:
        # Not httpx: this must not go through a proxy from the caller's environment.
        connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _why_it_ended(self, code: int, log_start: int) -> str:
        # The file may hold an earlier run's log, whose troubles are not today's.
        log = self.log_path.read_bytes()[log_start:].decode("utf-8", errors="replace")
        if _NOT_INSTALLED.search(log):
            reason = f"Phoenix is not installed for {self._python}. {_INSTALL_HINT}"
        elif _PORT_TAKEN.search(log):
            reason = _port_taken(self.port)
        else:
            reason = f"Phoenix exited with code {code} before it answered. Its log says why."
        return f"{reason}\n{self._last_lines()}"

    def _last_lines(self) -> str:
        tail = self.log_tail()
        return f"The last lines of its log:\n{tail}" if tail else "Its log is empty."

    def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        try:
            if process.poll() is None:
                _signal_group(process, how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=self._stop_timeout)
        finally:
            # Also what the server started and left behind, and also on a second Ctrl-C.
            _signal_group(process, signal.SIGKILL)
            process.wait()
            self._process = None


def _interpreter(python: str | Path | None) -> str:
    if python is None:
        return sys.executable
    if isinstance(python, Path) or os.sep in python:
        # The server runs in another folder, where a relative path would miss.
        return str(Path(python).absolute())
    return python


def _port_taken(port: int) -> str:
    return (
        f"Port {port} on {HOST} is taken by another program. "
        "Choose another with port= or grpc_port=, or name none to get a free one."
    )


def _signal_group(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, how)
