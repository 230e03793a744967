"""The bodies of answers: counted while they come, decoded no further than their limit.

httpx decodes what a read gives at once, and 64 KB of gzip can be 64 MB: an answer of 1 MB became
3.3 GB. zlib can stop. Only gzip and deflate are asked for (see `ACCEPTED`): what else could come
has no way to stop that works in every version of its package.
"""

from __future__ import annotations

import zlib

import httpx

ACCEPTED = "gzip, deflate"

DEFAULT_MAX_RESPONSE_BYTES = 64_000_000


class TooManyBytesError(Exception):
    """An answer that is larger than its limit."""


class BodyBuffer:
    """The body of an answer on its way, with a limit on what it is before and after decoding.

    Args:
        headers: The answer's.
        most: Bytes.

    Raises:
        TooManyBytesError: when its length, as the headers give it, is above the limit.
    """

    def __init__(self, headers: httpx.Headers, *, most: int) -> None:
        self._coding = headers.get("content-encoding", "").strip().lower()
        self._most = most
        self._left = most
        self._parts: list[bytes] = []
        length = headers.get("content-length", "")
        if len(length) < 20 and length.isdecimal() and int(length) > most:
            raise TooManyBytesError

    def add(self, part: bytes) -> None:
        """Take the next bytes.

        Raises:
            TooManyBytesError: when there are more than the limit.
        """
        self._left -= len(part)
        if self._left < 0:
            raise TooManyBytesError
        self._parts.append(part)

    def decoded(self) -> bytes:
        """Return the whole body, as it is where its coding is not one that was asked for.

        Raises:
            TooManyBytesError: when it is larger than the limit.
            httpx.DecodingError: when it is not what its headers say.
        """
        body = b"".join(self._parts)
        if not body or self._coding not in ("gzip", "x-gzip", "deflate"):
            return body
        try:
            return self._inflated(body)
        except zlib.error as error:
            raise httpx.DecodingError(f"the answer is no {self._coding}: {error}") from error

    def _inflated(self, body: bytes) -> bytes:
        inflater = zlib.decompressobj(_window_bits(self._coding, body))
        found = inflater.decompress(body, self._most + 1)
        if len(found) > self._most:
            raise TooManyBytesError
        if not inflater.eof:
            raise zlib.error("it ends too early")
        return found


def _window_bits(coding: str, body: bytes) -> int:
    if coding != "deflate":
        return zlib.MAX_WBITS | 16
    # Some servers leave out the two bytes around the data that "deflate" should have: RFC 9110
    # mentions them. They are a multiple of 31, and name the method 8.
    has_header = body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
