"""A settings file that cannot be used: what is said of it, and whom it stops."""

from __future__ import annotations

import logging
import os
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest

from phoenix_traces import AsyncClient, Client, ConfigurationError
from phoenix_traces.transport.addresses import DEFAULT_BASE_URL
from phoenix_traces.transport.env_file import MOST_BYTES, read_env_file
from phoenix_traces.transport.settings import resolve

SECRET = "sk-of-the-file-0123456789"
NAMES = ("PHOENIX_ENDPOINT", "PHOENIX_API_KEY")
KINDS = pytest.mark.parametrize("kind", [Client, AsyncClient])


def _write(content: bytes) -> Path:
    path = Path.cwd() / ".env.phoenix"
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def _read(content: str) -> dict[str, str]:
    _write(content.encode())
    found = read_env_file(NAMES)
    assert found is not None
    return found.values


# What stands in it


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("PHOENIX_API_KEY=abc", "abc"),
        ("  PHOENIX_API_KEY = abc  ", "abc"),
        ("export PHOENIX_API_KEY=abc", "abc"),
        ("export   PHOENIX_API_KEY=abc", "abc"),
        ("PHOENIX_API_KEY='abc'", "abc"),
        ('PHOENIX_API_KEY="abc"', "abc"),
        ("PHOENIX_API_KEY=abc # of the team", "abc"),
        ("PHOENIX_API_KEY='abc' # of the team", "abc"),
        ("PHOENIX_API_KEY=a#b=c", "a#b=c"),
        ("PHOENIX_API_KEY='a # b'", "a # b"),
        ("PHOENIX_API_KEY=${HOME}\\n", "${HOME}\\n"),
        ("\ufeffPHOENIX_API_KEY=abc", "abc"),
        ("PHOENIX_API_KEY=first\nPHOENIX_API_KEY=abc", "abc"),
        ("# a comment\r\n\r\nPHOENIX_API_KEY=abc\r\n", "abc"),
        ("PHOENIX_API_KEY=abc\rOTHER=1", "abc"),
        ("OTHER: yaml\nPHOENIX_API_KEY=abc", "abc"),
    ],
)
def test_a_line_sets_a_name(line: str, value: str) -> None:
    assert _read(line) == {"PHOENIX_API_KEY": value}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "PHOENIX_API_KEY=",
        "PHOENIX_API_KEY=''",
        "PHOENIX_API_KEY= # nothing",
        "#PHOENIX_API_KEY=abc",
        "PHOENIX_API_KEYS=abc",
        "MY_PHOENIX_API_KEY=abc",
        "PHOENIX_API_KEY=abc\nPHOENIX_API_KEY=",
    ],
)
def test_a_line_sets_nothing(line: str) -> None:
    assert _read(line) == {}


# What is wrong with it

BAD = {
    "no UTF-8": (f"# a\nPHOENIX_API_KEY={SECRET}\n".encode() + b"# caf\xe9\n", "line 3 of "),
    "UTF-16": (f"PHOENIX_API_KEY={SECRET}\n".encode("utf-16"), "line 1 of "),
    "UTF-16 without a mark": (f"a\nPHOENIX_API_KEY={SECRET}\n".encode("utf-16-le"), "line 1 of "),
    "UTF-32": (f"PHOENIX_API_KEY={SECRET}\n".encode("utf-32"), "line 1 of "),
    "a bad byte in the key": (b"\r\nPHOENIX_API_KEY=sk\xff" + SECRET.encode(), "line 2 of "),
    "a NUL": (f"PHOENIX_API_KEY={SECRET}\x00".encode(), "line 1 of "),
    "an open quote": (f'PHOENIX_API_KEY="{SECRET}\n'.encode(), "line 1 of "),
    "words behind a quote": (f"PHOENIX_API_KEY='{SECRET}' {SECRET}".encode(), "line 1 of "),
    "no equals sign": (f"\n\nPHOENIX_API_KEY: {SECRET}".encode(), "line 3 of "),
    "too large": (f"PHOENIX_API_KEY={SECRET}\n".encode() * MOST_BYTES, "larger than 65,536 bytes"),
}


def _everything_in(error: BaseException) -> str:
    parts = [*traceback.format_exception(error), repr(error), repr(vars(error))]
    parts += [pickle.dumps(error).decode("latin-1"), repr(error.__context__)]
    return "\n".join(parts)


@pytest.mark.usefixtures("no_tls")
@KINDS
@pytest.mark.parametrize("arguments", [{}, {"base_url": "http://a.test"}, {"api_key": "a"}])
@pytest.mark.parametrize(("content", "words"), BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_read_is_an_error_that_shows_nothing_of_it(
    content: bytes, words: str, arguments: dict[str, Any], kind: type[Any]
) -> None:
    path = _write(content)
    with pytest.raises(ConfigurationError) as caught:
        kind(**arguments)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.__context__ is None
    assert SECRET not in _everything_in(caught.value)
    assert "s\x00k\x00-" not in _everything_in(caught.value)


@pytest.mark.usefixtures("no_tls")
@KINDS
@pytest.mark.parametrize("content", [each[0] for each in BAD.values()], ids=BAD)
@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        ({"base_url": "http://a.test", "api_key": "a"}, {}),
        ({"base_url": "http://a.test", "headers": {"Authorization": "a"}}, {}),
        ({"base_url": "http://user:password@a.test"}, {}),
        ({"api_key": "a"}, {"PHOENIX_ENDPOINT": "http://e.test"}),
        ({}, {"PHOENIX_ENDPOINT": "http://e.test", "PHOENIX_API_KEY": "e"}),
    ],
)
def test_it_does_not_stop_whom_it_could_tell_nothing(
    arguments: dict[str, Any],
    variables: dict[str, str],
    content: bytes,
    kind: type[Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    path = _write(content)
    kind(**arguments)
    assert str(path) in caplog.text
    assert "it is not used" in caplog.text
    assert SECRET not in caplog.text


def test_a_file_of_the_largest_size_is_read() -> None:
    line = b"PHOENIX_API_KEY=abc\n"
    _write(line + b"#" * (MOST_BYTES - len(line)))
    assert resolve(None, None, None).headers == {"authorization": "Bearer abc"}


def test_a_larger_file_is_not_opened_further_than_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    _write(b"")
    os.truncate(".env.phoenix", 2**40)  # a hole: no byte of it is on the disk
    with pytest.raises(ConfigurationError, match="larger than"):
        resolve(None, None, None)


@pytest.mark.parametrize("arguments", [(None, None), ("http://a.test", "a")])
def test_a_file_that_may_not_be_opened_is_an_error_where_it_decides(
    arguments: tuple[str | None, str | None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    path = _write(b"PHOENIX_API_KEY=abc")
    monkeypatch.setattr(os, "open", refuse)  # root may open everything
    if arguments[0]:
        resolve(*arguments, None)
        assert f"{path} cannot be read: Permission denied; it is not used" in caplog.text
    else:
        with pytest.raises(ConfigurationError, match=f"{path} cannot be read: Permission denied"):
            resolve(*arguments, None)


@pytest.mark.usefixtures("no_tls")
@KINDS
@pytest.mark.parametrize("arguments", [{}, {"base_url": "http://a.test", "api_key": "a"}])
@pytest.mark.parametrize("thing", ["pipe", "folder", "link to itself", "dangling link", "device"])
def test_what_is_no_file_is_passed_by(
    thing: str, arguments: dict[str, Any], kind: type[Any], caplog: pytest.LogCaptureFixture
) -> None:
    path = Path(".env.phoenix")
    if thing == "pipe":
        os.mkfifo(path)
    elif thing == "folder":
        path.mkdir()
    else:
        targets = {"link to itself": path.name, "dangling link": "nowhere", "device": os.devnull}
        path.symlink_to(targets[thing])
    kind(**arguments)
    assert ("is not used" in caplog.text) is (thing != "dangling link")


def test_a_file_that_becomes_a_pipe_while_it_is_looked_at_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = _write(b"PHOENIX_API_KEY=abc")
    really_open = os.open

    def swap(name: Path, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return really_open(name, flags)

    monkeypatch.setattr(os, "open", swap)
    assert read_env_file(NAMES) is None


@pytest.mark.usefixtures("no_tls")
@KINDS
@pytest.mark.parametrize("arguments", [{}, {"base_url": "http://a.test", "api_key": "a"}])
def test_a_working_folder_that_was_deleted_has_no_file(
    arguments: dict[str, Any], kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path("gone").absolute()
    folder.mkdir()
    with monkeypatch.context() as patch:
        patch.chdir(folder)
        folder.rmdir()
        client = kind(**arguments)
    shown = arguments.get("base_url", DEFAULT_BASE_URL)
    assert repr(client) == f"<{kind.__name__} of {shown}>"


# Who else can read it


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o666])
def test_a_file_that_others_can_read_or_write_is_used_with_a_warning(
    mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    path = _write(f"PHOENIX_API_KEY={SECRET}".encode())
    path.chmod(mode)
    assert resolve(None, None, None).headers == {"authorization": f"Bearer {SECRET}"}
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith(f"{path} can be read or written by other users")
    assert SECRET not in caplog.text


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700, 0o711])
def test_a_file_of_ones_own_is_used_without_a_word(
    mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    _write(f"PHOENIX_API_KEY={SECRET}".encode()).chmod(mode)
    assert resolve(None, None, None).headers == {"authorization": f"Bearer {SECRET}"}
    assert caplog.records == []
