from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from phoenix_traces import OutboxFileError
from phoenix_traces.outbox import lock as module
from phoenix_traces.outbox.lock import FileLock

_HOLD = """
import sys
from pathlib import Path
from phoenix_traces.outbox.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def _holder(path: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", _HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "True"
    return child


def test_one_at_a_time_has_it_in_a_process(tmp_path: Path) -> None:
    one, other = FileLock(tmp_path / "x"), FileLock(tmp_path / "x")
    assert one.acquire()
    assert one.acquire()
    assert not other.acquire()
    other.release()
    one.release()
    one.release()
    assert other.acquire()
    assert not one.acquire()
    other.release()


def test_one_process_at_a_time_has_it_and_its_death_frees_it(tmp_path: Path) -> None:
    child = _holder(tmp_path / "x")
    lock = FileLock(tmp_path / "x")
    assert not lock.acquire()
    child.kill()
    child.communicate()
    assert lock.acquire()
    lock.release()


def test_a_child_that_is_forked_does_not_have_it_and_does_not_keep_it(tmp_path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    path = tmp_path / "x"
    lock = FileLock(path)
    assert lock.acquire()
    read, write = os.pipe()
    has_tried, tried = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write)
        took = lock.acquire() or FileLock(path).acquire()
        lock.release()
        os.write(tried, b"x")
        os.read(read, 1)  # it outlives the parent's lock
        os._exit(1 if took else 0)
    os.close(read)
    os.read(has_tried, 1)
    lock.release()
    elsewhere = _holder(path)
    os.close(write)
    _, status = os.waitpid(child, 0)
    elsewhere.kill()
    elsewhere.communicate()
    assert status == 0


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EIO])
def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """As network folders answer."""

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module, "_lock", fail)
    lock = FileLock(tmp_path / "x")
    with pytest.raises(OutboxFileError, match=r"cannot be locked .* local disk"):
        lock.acquire()
    monkeypatch.undo()
    assert lock.acquire()
    lock.release()
