"""The file of an outbox: who may read it, what is refused, and what a failure leaves in it."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix_traces import ConfigurationError, OutboxClosedError, OutboxFileError, OutboxFullError
from phoenix_traces.outbox import schema
from phoenix_traces.outbox.database import Database
from phoenix_traces.outbox.files import default_path
from phoenix_traces.outbox.intake import Intake, Limits
from tests.outbox.bench import ENDPOINT, Bench, new_entry
from tests.outbox.clocks import HandClock

SECRET = "words that are nobody else's business"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite3"


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such modes")
@pytest.mark.usefixtures("open_umask")
def test_only_the_owner_may_read_the_files_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "outbox.sqlite3"
    Bench(path).put(new_entry())
    assert path.parent.stat().st_mode & 0o777 == 0o700
    files = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert files == {path.name + end: 0o600 for end in ("", "-wal", "-shm")}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such modes")
def test_a_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    path.touch(0o644)
    path.chmod(0o644)
    Bench(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_every_put_is_on_the_disk_unless_asked_otherwise(path: Path) -> None:
    database = Database(path, endpoint=ENDPOINT)
    with database.reading() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_is_stored_leaves_no_words_in_any_file(path: Path) -> None:
    bench = Bench(path)
    bench.put(new_entry(label=SECRET), new_entry("t2", label=SECRET))

    def found() -> list[str]:
        return [file.name for file in path.parent.iterdir() if SECRET.encode() in file.read_bytes()]

    assert found()
    bench.rounds(2)
    assert bench.counts() == {"stored": 2}
    assert found() == []


def test_no_credentials_are_in_the_file(path: Path) -> None:
    bench = Bench(path, api_key="sk-planted")
    bench.put(new_entry())
    bench.round()
    assert all(b"sk-planted" not in file.read_bytes() for file in path.parent.iterdir())


def test_a_file_belongs_to_one_endpoint_unless_told(path: Path) -> None:
    Database(path, endpoint=ENDPOINT).close()
    with pytest.raises(OutboxFileError, match=r"belongs to http://phoenix\.test/"):
        Database(path, endpoint="http://other.test/")
    Database(path, endpoint="http://other.test/", rebind=True).close()
    with pytest.raises(OutboxFileError, match=r"belongs to http://other\.test/"):
        Database(path, endpoint=ENDPOINT)


def _refused(path: Path, message: str) -> None:
    before = path.read_bytes()
    with pytest.raises(OutboxFileError, match=message) as caught:
        Database(path, endpoint=ENDPOINT)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 400, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_damaged_file_is_named_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    _refused(path, "damaged")


def test_damage_inside_the_file_is_named_by_the_put_that_meets_it(path: Path) -> None:
    bench = Bench(path)
    bench.put(*(new_entry(name=f"n{number}") for number in range(500)))
    bench.database.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(OutboxFileError, match="damaged"):
        Bench(path).put(new_entry())


def test_a_file_of_something_else_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    _refused(path, "something else")


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    Database(path, endpoint=ENDPOINT).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    _refused(path, "newer version")


def test_a_file_of_an_older_version_becomes_one_of_this(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(path)
    bench.put(new_entry())
    bench.database.close()
    second = "CREATE TABLE more (x); INSERT INTO more SELECT count(*) FROM entry;"
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, second))
    database = Database(path, endpoint=ENDPOINT)
    with database.reading() as connection:
        assert connection.execute("SELECT x FROM more").fetchone() == (1,)
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    Database(path, endpoint=ENDPOINT).close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Database(path, endpoint=ENDPOINT).close()
    broken = "CREATE TABLE more (x); INSERT INTO nowhere VALUES (1);"
    with monkeypatch.context() as newer:
        newer.setattr(schema, "STEPS", (*schema.STEPS, broken))
        with pytest.raises(OutboxFileError):
            Database(path, endpoint=ENDPOINT)
    Database(path, endpoint=ENDPOINT).close()


@pytest.mark.parametrize("limits", [Limits(rows=3), Limits(bytes=3 * len(new_entry().body))])
def test_a_full_file_takes_nothing_more_and_drops_nothing(path: Path, limits: Limits) -> None:
    bench = Bench(path, limits=limits)
    bench.put(new_entry("t1"), new_entry("t2"))
    with pytest.raises(OutboxFullError, match="nothing of this was kept") as caught:
        bench.put(new_entry("t3"), new_entry("t4"))
    assert not caught.value.is_hopeless
    assert bench.counts() == {"waiting": 2}
    bench.put(new_entry("t3"))
    bench.put(new_entry("t3"))  # which takes an earlier one's place
    with pytest.raises(OutboxFullError) as caught:
        bench.put(*(new_entry(f"t{number}") for number in range(9)))
    assert caught.value.is_hopeless
    bench.round()
    bench.put(new_entry("t1"), new_entry("t2"))


def _put_until_it_fails(bench: Bench) -> int:
    for put in range(10_000):
        try:
            bench.put(new_entry(name=f"n{put}", label="x" * 2_000))
        except OutboxFileError as error:
            assert str(bench.database.path) in str(error)  # noqa: PT017 - one of many puts fails
            return put
    raise AssertionError("there was room for all")


def _check_whole(path: Path, put: int) -> None:
    bench = Bench(path)
    assert bench.counts() == {"waiting": put}
    with bench.database.reading() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    bench.put(new_entry(name="again"))
    assert bench.counts() == {"waiting": put + 1}


_IN_A_CHILD = """
import sys
from pathlib import Path
from tests.outbox.test_file import put_in_little_room
put_in_little_room(Path(sys.argv[1]))
"""


def put_in_little_room(path: Path) -> None:
    """Put until the limit on the size of files is reached, in a process of its own."""
    bench = Bench(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    sys.stdout.write(str(_put_until_it_fails(bench)))


def test_a_limit_on_file_sizes_is_an_error_of_put_with_nothing_half_there(path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _IN_A_CHILD, path],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    _check_whole(path, int(ran.stdout))


def test_a_full_disk_is_an_error_of_put_with_nothing_half_there(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    mounted = (
        shutil.which("mount")
        and not subprocess.run(mount, check=False, capture_output=True).returncode
    )
    if not mounted:
        # Only the superuser may; the limit on file sizes is tested by anybody.
        pytest.skip("this user may not make a small disk")
    try:
        bench = Bench(disk / "outbox.sqlite3")
        put = _put_until_it_fails(bench)
        assert bench.counts() == {"waiting": put}
        bench.database.close()
        moved = tmp_path / "larger"
        moved.mkdir()
        for file in disk.iterdir():
            shutil.copy(file, moved)
        _check_whole(moved / "outbox.sqlite3", put)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_file_that_cannot_be_written_is_an_error_of_put(path: Path) -> None:
    bench = Bench(path)
    with bench.database.reading() as connection:
        # What SQLite says where the file system was mounted again, read-only.
        connection.execute("PRAGMA query_only = ON")
    with pytest.raises(OutboxFileError, match="cannot be written"):
        bench.put(new_entry())
    with bench.database.reading() as connection:
        connection.execute("PRAGMA query_only = OFF")
    assert bench.counts() == {}


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutboxFileError, match="cannot be made"):
        Bench(tmp_path / "file" / "outbox.sqlite3")


def test_a_closed_file_takes_nothing(path: Path) -> None:
    bench = Bench(path)
    bench.database.close()
    bench.database.close()
    with pytest.raises(OutboxClosedError):
        bench.put(new_entry())


def test_the_totals_are_what_a_count_finds_after_any_story(path: Path) -> None:
    bench = Bench(path)
    for number in range(30):
        bench.put(new_entry(f"t{number % 5}", name=f"n{number % 3}", label="x" * number))
        if number % 7 == 0:
            bench.phoenix.fail_next(422)
            bench.round()
        if number % 11 == 0:
            bench.inventory.discard(None, bench.clock())
        if number % 13 == 0:
            bench.inventory.retry(None)
    with bench.database.reading() as connection:
        counted = dict(
            connection.execute("SELECT status, count(*) FROM entry GROUP BY status").fetchall()
        )
        (size,) = connection.execute("SELECT sum(length(body)) FROM entry").fetchone()
    totals = bench.inventory.totals()
    in_file = ("waiting", "missing_trace", "rejected")
    assert {name: totals.rows[name] for name in in_file if totals.rows[name]} == counted
    assert totals.bytes == size
    assert sum(totals.rows.values()) == 30


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("http://127.0.0.1:6006/", "127.0.0.1-6006.sqlite3"),
        ("https://Host.example/phoenix/", "host.example-phoenix.sqlite3"),
        ("", "phoenix.sqlite3"),
    ],
)
def test_without_a_path_there_is_one_file_for_each_endpoint(endpoint: str, name: str) -> None:
    path = default_path(endpoint)
    assert path.name == name
    assert path.parent.name == "outbox"
    assert path.is_absolute()


def test_without_a_path_and_the_package_that_knows_the_folder_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    with pytest.raises(ConfigurationError, match=r"phoenix-traces\[outbox\]"):
        default_path(ENDPOINT)


def test_a_child_opens_the_file_anew(path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    database = Database(path, endpoint=ENDPOINT)
    intake = Intake(database)
    intake.put([new_entry(name="parent")], HandClock()())
    child = os.fork()
    if child == 0:
        try:
            intake.put([new_entry(name="child")], HandClock()())
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert status == 0
    intake.put([new_entry(name="parent again")], HandClock()())
    assert Bench(path).counts() == {"waiting": 3}
