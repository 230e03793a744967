"""Log lines of httpx and httpcore about our requests, without the secrets that answers echo.

They write the status line, httpx at INFO, and every header of an answer, httpcore at DEBUG. A
filter at their loggers hides the secrets of the request that is under way, and looks at no other
line; while those levels are off it costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

import httpx
from typing_extensions import override

from phoenix_traces.protocol.redaction import without_secrets

# Filters of a logger do not see what the loggers below it write.
_LOGGERS = (
    "httpx",
    "httpx_retries.retry",
    "httpx_retries.transport",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
    "hpack.hpack",
    "hpack.table",
)

_under_way: ContextVar[httpx.Request | None] = ContextVar("request under way", default=None)


class _WithoutSecrets(logging.Filter):
    """What hides the secrets of the request under way in a log line."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        request = _under_way.get()
        if request is not None:
            said = record.getMessage()
            shown = without_secrets(said, request)
            if shown != said:
                record.msg, record.args = shown, ()
        return True


_FILTER = _WithoutSecrets()


@contextmanager
def quiet_logs(request: httpx.Request) -> Generator[None, None, None]:
    """Hide a request's secrets in what is logged of it while it is under way.

    Args:
        request: Read when something is logged, so that what an httpx client adds is hidden too.
    """
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)  # which adds it once
    token = _under_way.set(request)
    try:
        yield
    finally:
        _under_way.reset(token)
