from __future__ import annotations

import gzip
import random
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces.protocol.redaction import bare_request, bare_response, without_secrets

KEY = "sk-very-secret-key-0123456789"
URL = "http://phoenix.test/v1/trace_annotations?sync=true"


def _request(url: str = URL, **headers: str) -> httpx.Request:
    given = {"authorization": f"Bearer {KEY}", **headers}
    return httpx.Request("POST", url, headers=given, content=b"{}")


def test_a_bare_request_has_neither_credentials_nor_body() -> None:
    bare = bare_request(_request(cookie="session=1", **{"x-api-key": "k", "accept": "*/*"}))
    assert (bare.method, str(bare.url)) == ("POST", URL)
    assert {"authorization", "cookie", "x-api-key"}.isdisjoint(bare.headers)
    assert bare.headers["accept"] == "*/*"
    assert bare.read() == b""


def test_a_bare_request_has_no_user_and_password_in_its_url() -> None:
    bare = bare_request(_request("http://user:pass@phoenix.test/phoenix/v1"))
    assert str(bare.url) == "http://phoenix.test/phoenix/v1"


def test_a_bare_response_keeps_status_headers_and_body() -> None:
    response = httpx.Response(
        404, text="words", headers=[("x-a", "1"), ("x-a", "2")], request=_request()
    )
    bare = bare_response(response)
    assert (bare.status_code, bare.text) == (404, "words")
    assert bare.headers.get_list("x-a") == ["1", "2"]
    assert "authorization" not in bare.request.headers


def test_a_bare_response_is_not_decoded_twice() -> None:
    headers = {"content-encoding": "gzip"}
    content = gzip.compress(b"words")
    response = httpx.Response(500, headers=headers, content=content, request=_request())
    assert bare_response(response).content == b"words"


def test_a_key_that_is_echoed_is_hidden_in_body_and_headers() -> None:
    response = httpx.Response(
        401, text=f"no such key: {KEY}", headers={"x-echo": f"Bearer {KEY}"}, request=_request()
    )
    bare = bare_response(response)
    assert bare.text == "no such key: [secure]"
    assert KEY not in str(bare.headers)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"a {KEY} b", "a [secure] b"),
        (f"Bearer {KEY}", "[secure]"),
        (f"b'Bearer {KEY}\\n'", "b'[secure]\\n'"),
        ("nothing to hide: Bearer", "nothing to hide: Bearer"),
    ],
)
def test_credentials_are_hidden_in_text(text: str, hidden: str) -> None:
    assert without_secrets(text, _request()) == hidden


def test_every_header_that_is_not_known_to_be_harmless_counts_as_a_credential() -> None:
    request = _request(**{"x-gateway-token": "gateway-token-1"})
    assert without_secrets("gateway-token-1", request) == "[secure]"


def test_a_password_in_the_url_is_hidden() -> None:
    request = _request("http://user:p%40ssw0rd@phoenix.test/")
    assert "ssw0rd" not in without_secrets("user:p%40ssw0rd and p@ssw0rd", request)


# How a character may be written by who escapes more than need be, and what may break a line.
_WAYS: list[Callable[[str], str]] = [
    str,
    lambda each: f"\\u{ord(each):04X}",
    lambda each: f"\\\\x{ord(each):02x}",
    lambda each: f"\\{ord(each):03o}",
    lambda each: f"&#{ord(each)};",
    lambda each: f"&#{ord(each):07};",
    lambda each: f"&amp;#x{ord(each):x};",
    lambda each: f"\\u0026#{ord(each)};",
    lambda each: f"%{ord(each):02X}",
    lambda each: f"%25{ord(each):02x}",
    lambda each: f"%26%23{ord(each)}%3B",
]
_BREAKS = [
    "",
    "",
    "",
    "\n",
    "\r\n\t",
    " ",
    "\\n",
    "\\\\r\\\\n",
    "%0A",
    "&#10;",
    "&NewLine;",
    "<br>",
]
# A key's own "\\", "%" or "&" may make an escape with what follows, which means something else.
_KEY_TEXT = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="\\%&"),
    min_size=8,
    max_size=40,
)


@given(key=_KEY_TEXT, seed=st.integers(0, 2**32))
def test_a_key_is_hidden_however_it_is_escaped_and_wrapped(key: str, seed: int) -> None:
    chance = random.Random(seed)
    # No escape before or behind it takes a "-" for its own.
    key = f"-{key}-"
    echo = "".join(chance.choice(_WAYS)(each) + chance.choice(_BREAKS) for each in key[:-1])
    request = httpx.Request("GET", URL, headers={"authorization": f"Bearer {key}"})
    assert without_secrets(f"a {echo}- b", request) == "a [secure] b"


@pytest.mark.parametrize("before", ["\\", "C:\\", "%", "&", "\\\\", "%2"])
def test_what_stands_before_a_key_hides_nothing_of_it(before: str) -> None:
    for key in ("new-key-0123", "u0041-key-123", "123-key-0123", "41-key-01234", "amp;key-0123"):
        request = httpx.Request("GET", URL, headers={"x-api-key": key})
        assert key[-6:] not in without_secrets(f"at {before}{key}.", request), key


def test_words_around_a_key_stay_as_they_are() -> None:
    text = f"caf\u00e9 &eacute; a\n b\\n {KEY} 100% c\t\ud83d\ude00 &unknown; d"
    assert without_secrets(text, _request()) == text.replace(KEY, "[secure]")
