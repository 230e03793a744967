"""The file `.env.phoenix`: where it is looked for, and what stands in it.

It is read as the existing client and Phoenix' tracing packages read it, which share it: one
`NAME=value` in a line, `export` before it and quotes around the value taken away, nothing
interpolated. In addition a comment may follow a value, after a space and `#`.

Nothing of its contents reaches an error or a log line, since it holds keys.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from phoenix_traces.errors import ConfigurationError
from phoenix_traces.log import logger

ENV_FILE_NAME = ".env.phoenix"

# The limit of the existing client. A settings file has a dozen short lines.
MOST_BYTES = 64 * 1024

# Absent on Windows, which has no pipes in folders.
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)

_log = logger(__name__)


@dataclass(frozen=True, repr=False)
class EnvFile:
    """A settings file and what it sets.

    Attributes:
        path: Where it stands.
        values: What it sets, by name; nothing empty.
    """

    path: Path
    values: dict[str, str]


def read_env_file(names: Collection[str]) -> EnvFile | None:
    """Return the nearest settings file at or above the working directory.

    What is not a regular file of the user's own is passed by with a warning in the log: anybody can
    put one into a folder that all can write to.

    Args:
        names: The names that are looked for. Others are not read.

    Raises:
        ConfigurationError: when the file cannot be read; it names the file, and the line if it is
            about one.
    """
    path = _nearest()
    if path is None:
        return None
    content = _content(path)
    return None if content is None else EnvFile(path, _values(path, content, names))


def _nearest() -> Path | None:
    try:
        start = Path.cwd()
    except OSError:  # it was deleted, or its parents cannot be read
        return None
    for folder in (start, *start.parents):
        path = folder / ENV_FILE_NAME
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            _log.warning("%s is not used: %s", path, error.strerror)
            continue
        if _is_own_file(status):
            return path
        _log.warning("%s is not used: it must be a regular file that you own", path)
    return None


def _is_own_file(status: os.stat_result) -> bool:
    is_own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return is_own and stat.S_ISREG(status.st_mode)


def _content(path: Path) -> bytes | None:
    """Return what is in a file, or None if it became something else since it was looked at."""
    problem = ""
    try:
        # Opening a pipe would wait for somebody who writes into it.
        with os.fdopen(os.open(path, os.O_RDONLY | _WITHOUT_WAITING), "rb") as file:
            status = os.fstat(file.fileno())
            if not _is_own_file(status):
                return None
            is_too_large = status.st_size > MOST_BYTES
            content = b"" if is_too_large else file.read(MOST_BYTES + 1)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    else:
        if is_too_large or len(content) > MOST_BYTES:
            problem = f"it is larger than {MOST_BYTES:,} bytes, as no settings file is"
        else:
            _warn_of_others(path, content, status)
            return content
    raise ConfigurationError(f"{path} cannot be read: {problem}")


def _warn_of_others(path: Path, content: bytes, status: os.stat_result) -> None:
    if content and os.name == "posix" and status.st_mode & 0o066:
        _log.warning(
            "%s can be read or written by other users of this machine, and may hold a key: "
            "run chmod 600 on it",
            path,
        )


def _values(path: Path, content: bytes, names: Collection[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for number, line in enumerate(_lines(path, content), start=1):
        name, equals, value = line.removeprefix("export ").partition("=")
        name = name.strip()
        if name.split(":")[0].split(" ")[0] not in names:
            continue
        text = _unquoted(value.strip()) if equals and name in names else None
        if text is None:
            raise ConfigurationError(
                f"line {number} of {path} is not NAME=value, or its quotes do not match"
            )
        if text:
            values[name] = text
        else:
            values.pop(name, None)
    return values


def _lines(path: Path, content: bytes) -> list[str]:
    bad: int | None = None
    text = ""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = error.start
    if bad is None and "\x00" in text:  # UTF-16 without a mark at its start
        bad = content.index(0)
    if bad is not None:
        line = len(re.findall(rb"\r\n|\r|\n", content[:bad])) + 1
        raise ConfigurationError(
            f"line {line} of {path} holds a byte that is not UTF-8 text: save the file as UTF-8"
        )
    return [line.strip() for line in re.split(r"\r\n|\r|\n", text)]


def _unquoted(value: str) -> str | None:
    """Return a value without quotes and the comment behind it, or None if a quote is left open."""
    if value[:1] in ("'", '"'):
        quoted = re.fullmatch(r"""(['"])(.*?)\1(?:\s*|\s+#.*)""", value)
        return None if quoted is None else quoted[2].strip()
    return re.split(r"(?:^|\s)#", value, maxsplit=1)[0].strip()
