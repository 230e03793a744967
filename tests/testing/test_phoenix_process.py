from __future__ import annotations

import http.client
import socket
import sys
import textwrap
import time
from typing import TYPE_CHECKING

import pytest

from phoenix_traces.testing.phoenix_process import PhoenixProcess, PhoenixStartError
from phoenix_traces.testing.ports import HOST, free_port, is_free

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FAKE_SERVER = """
    import http.server, os, signal, subprocess, sys

    class Healthy(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"OK")

    CHILD = '''
    import os, signal, socket, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    listener = socket.create_server(("127.0.0.1", int(os.environ["PHOENIX_GRPC_PORT"])))
    print("child listens", flush=True)
    time.sleep(1000)
    '''
    if "STUBBORN" in os.environ:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    import textwrap
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(CHILD)], stdout=subprocess.PIPE)
    child.stdout.readline()
    print("fake server is up", flush=True)
    address = ("127.0.0.1", int(os.environ["PHOENIX_PORT"]))
    http.server.HTTPServer(address, Healthy).serve_forever()
"""


@pytest.fixture
def interpreter(tmp_path: Path) -> Callable[[str], Path]:
    """Make a stand-in for the Python interpreter out of a few lines of shell."""

    def make(commands: str) -> Path:
        script = tmp_path / "python"
        script.write_text(f"#!/bin/sh\n{commands}\n")
        script.chmod(0o755)
        return script

    return make


@pytest.fixture
def fake_python(tmp_path: Path, interpreter: Callable[[str], Path]) -> Path:
    """Give an interpreter that, whatever it is asked, runs a small server with a child."""
    program = tmp_path / "fake_server.py"
    program.write_text(textwrap.dedent(FAKE_SERVER))
    return interpreter(f"exec {sys.executable} -u {program}")


def _start_error(phoenix: PhoenixProcess) -> str:
    with pytest.raises(PhoenixStartError) as caught, phoenix:
        pass
    return str(caught.value)


def _answers(phoenix: PhoenixProcess) -> bool:
    connection = http.client.HTTPConnection(HOST, phoenix.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _becomes_free(port: int) -> bool:
    """The kernel takes a moment to close what a killed process had open."""
    for _ in range(100):
        if is_free(port):
            return True
        time.sleep(0.05)
    return False


def test_a_real_phoenix_answers_at_its_base_url(phoenix: PhoenixProcess) -> None:
    assert phoenix.is_running
    assert _answers(phoenix)
    assert phoenix.base_url == f"http://127.0.0.1:{phoenix.port}"


def test_the_log_shows_what_the_server_printed(phoenix: PhoenixProcess) -> None:
    assert "Phoenix is up and running" in phoenix.log_tail(100_000)
    assert len(phoenix.log_tail(2).splitlines()) == 2


def test_an_interpreter_that_does_not_exist_is_named(tmp_path: Path) -> None:
    message = _start_error(PhoenixProcess(python=tmp_path / "no-python"))
    assert f"Cannot run {tmp_path / 'no-python'}: No such file or directory" in message


def test_a_relative_interpreter_is_looked_for_where_the_caller_is(
    tmp_path: Path, interpreter: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    interpreter("echo found; exit 1")
    monkeypatch.chdir(tmp_path)
    assert _start_error(PhoenixProcess(python="./python")).endswith("found")


def test_a_missing_phoenix_says_what_to_install(interpreter: Callable[[str], Path]) -> None:
    bare = interpreter(f'exec {sys.executable} -I -S "$@"')
    message = _start_error(PhoenixProcess(python=bare))
    assert f"Phoenix is not installed for {bare}" in message
    assert 'pip install "phoenix-traces[demo]"' in message


def test_a_server_that_exits_gives_its_code_and_its_last_words(
    interpreter: Callable[[str], Path],
) -> None:
    message = _start_error(PhoenixProcess(python=interpreter("echo the disk is full; exit 3")))
    assert "Phoenix exited with code 3 before it answered" in message
    assert message.endswith("the disk is full")


def test_a_server_that_says_nothing_before_it_exits_is_reported_as_such(
    interpreter: Callable[[str], Path],
) -> None:
    message = _start_error(PhoenixProcess(python=interpreter("exit 0")))
    assert "exited with code 0" in message
    assert message.endswith("Its log is empty.")


def test_a_server_that_never_answers_is_given_up_and_ended(
    interpreter: Callable[[str], Path],
) -> None:
    phoenix = PhoenixProcess(python=interpreter("exec sleep 1000"), start_timeout=0.3)
    message = _start_error(phoenix)
    assert f"did not answer at {phoenix.base_url} in 0.3 s" in message
    assert "start_timeout=" in message
    assert not phoenix.is_running


def test_a_port_in_use_is_named_before_anything_is_started() -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        message = _start_error(PhoenixProcess(python="never-run", port=port))
    assert f"Port {port} on 127.0.0.1 is taken" in message


def test_a_grpc_port_in_use_is_named_too() -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        message = _start_error(PhoenixProcess(python="never-run", grpc_port=port))
    assert f"Port {port} on 127.0.0.1 is taken" in message


def test_a_port_that_is_taken_while_the_server_starts_is_named(
    interpreter: Callable[[str], Path],
) -> None:
    script = interpreter("echo '[Errno 98] error: address already in use'; exit 1")
    phoenix = PhoenixProcess(python=script)
    assert f"Port {phoenix.port} on 127.0.0.1 is taken" in _start_error(phoenix)


def test_the_reason_is_not_looked_for_in_an_earlier_runs_log(
    tmp_path: Path, interpreter: Callable[[str], Path]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "server.log").write_text("No module named 'phoenix'\n")
    phoenix = PhoenixProcess(python=interpreter("exit 5"), working_dir=folder)
    assert "exited with code 5" in _start_error(phoenix)


def test_a_temporary_folder_is_removed_even_when_the_start_fails(
    interpreter: Callable[[str], Path],
) -> None:
    phoenix = PhoenixProcess(python=interpreter("exit 1"))
    assert phoenix.working_dir.is_dir()
    _start_error(phoenix)
    assert not phoenix.working_dir.exists()
    assert phoenix.log_tail() == ""


def test_a_given_folder_is_kept(tmp_path: Path, interpreter: Callable[[str], Path]) -> None:
    folder = tmp_path / "new" / "data"
    phoenix = PhoenixProcess(python=interpreter("echo hello; exit 1"), working_dir=folder)
    _start_error(phoenix)
    assert phoenix.log_path.read_text() == "hello\n"


def test_the_callers_phoenix_and_otel_settings_do_not_reach_the_server(
    tmp_path: Path, interpreter: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOENIX_SQL_DATABASE_URL", "postgresql://production/phoenix")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    monkeypatch.setenv("SOMETHING_ELSE", "stays")
    phoenix = PhoenixProcess(
        python=interpreter("env; exit 1"),
        working_dir=tmp_path / "data",
        env={"PHOENIX_ENABLE_AUTH": "true"},
    )
    _start_error(phoenix)
    seen = dict(line.split("=", 1) for line in phoenix.log_path.read_text().splitlines())
    assert "PHOENIX_SQL_DATABASE_URL" not in seen
    assert "OTEL_SDK_DISABLED" not in seen
    assert seen["SOMETHING_ELSE"] == "stays"
    assert seen["PHOENIX_ENABLE_AUTH"] == "true"
    assert seen["PHOENIX_WORKING_DIR"] == str(tmp_path / "data")
    assert seen["PHOENIX_HOST"] == "127.0.0.1"
    assert seen["PHOENIX_PORT"] == str(phoenix.port)
    assert seen["PHOENIX_GRPC_PORT"] == str(phoenix.grpc_port)
    assert seen["PHOENIX_TELEMETRY_ENABLED"] == "false"


def test_a_database_url_reaches_the_server(
    tmp_path: Path, interpreter: Callable[[str], Path]
) -> None:
    url = "postgresql://me@127.0.0.1:5/db"
    phoenix = PhoenixProcess(
        python=interpreter("env; exit 1"), working_dir=tmp_path / "data", database_url=url
    )
    _start_error(phoenix)
    assert f"PHOENIX_SQL_DATABASE_URL={url}\n" in phoenix.log_path.read_text()


def test_stop_ends_the_server_and_all_that_it_started(fake_python: Path) -> None:
    with PhoenixProcess(python=fake_python) as phoenix:
        assert _answers(phoenix)
        phoenix.stop()
        assert not phoenix.is_running
        assert _becomes_free(phoenix.port)
        assert _becomes_free(phoenix.grpc_port)


def test_a_server_that_ignores_sigterm_is_killed(fake_python: Path) -> None:
    phoenix = PhoenixProcess(python=fake_python, env={"STUBBORN": "1"}, stop_timeout=0.2)
    with phoenix:
        assert _answers(phoenix)
    assert _becomes_free(phoenix.port)


def test_ctrl_c_in_the_block_ends_the_server(fake_python: Path) -> None:
    phoenix = PhoenixProcess(python=fake_python)
    with pytest.raises(KeyboardInterrupt), phoenix:
        raise KeyboardInterrupt
    assert not phoenix.is_running
    assert _becomes_free(phoenix.grpc_port)


def test_a_killed_server_starts_again_in_its_folder_and_on_its_port(fake_python: Path) -> None:
    with PhoenixProcess(python=fake_python) as phoenix:
        address, folder = phoenix.base_url, phoenix.working_dir
        phoenix.kill()
        assert not phoenix.is_running
        assert _becomes_free(phoenix.grpc_port)
        phoenix.start()
        assert _answers(phoenix)
        assert (phoenix.base_url, phoenix.working_dir) == (address, folder)
        assert phoenix.log_tail().count("fake server is up") == 2


def test_a_running_server_is_not_started_twice(fake_python: Path) -> None:
    with PhoenixProcess(python=fake_python) as phoenix:
        with pytest.raises(PhoenixStartError, match="already running"):
            phoenix.start()
        assert _answers(phoenix)


def test_stop_and_close_may_be_called_again(fake_python: Path) -> None:
    phoenix = PhoenixProcess(python=fake_python)
    phoenix.stop()
    phoenix.start()
    phoenix.close()
    phoenix.close()
    assert not phoenix.working_dir.exists()


def test_a_free_port_is_one_that_can_be_opened_and_a_busy_one_is_not_free() -> None:
    port = free_port()
    with socket.create_server((HOST, port)):
        assert not is_free(port)
    assert is_free(port)
