"""What an answer of Phoenix means, and which error says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import httpx
from pydantic_core import from_json

from phoenix_traces.errors import (
    AnnotationConfigExistsError,
    AnnotationConfigNotFoundError,
    AuthenticationError,
    PhoenixStatusError,
    PhoenixTransportError,
    ProjectNotFoundError,
    ServerValidationError,
    TraceNotFoundError,
    UnexpectedResponseError,
)
from phoenix_traces.protocol.exchange import TOO_LARGE
from phoenix_traces.protocol.redaction import bare_request, bare_response, without_secrets
from phoenix_traces.protocol.server_words import (
    missing_trace_ids,
    refused_rows,
    text_of,
    validation_words,
)
from phoenix_traces.protocol.trace_id_hints import describe_missing
from phoenix_traces.rules.text import counted

if TYPE_CHECKING:
    from phoenix_traces.rules.annotation import InsertedTraceAnnotation

_MOST_DETAIL_SHOWN = 2000
_MOST_OF_A_REASON = 500
_MOST_QUERY_SHOWN = 200
_MOST_OF_A_HEADER_SHOWN = 200

_HINTS = {
    401: "check api_key, or PHOENIX_API_KEY",
    403: "the key is valid but may not do this: the role is viewer, or the server is read-only",
    405: "Phoenix has no such path: check that base_url is its root",
    413: "a proxy refuses bodies this large: raise its limit, or lower max_batch_bytes if this was "
    "more than one annotation",
    429: "a proxy limits requests: send fewer at once, or later",
}
_REDIRECT_HINT = "redirects are not followed, so that no key leaves for another host: set base_url"


def inserted_annotations(
    response: httpx.Response, expected: int | None
) -> list[InsertedTraceAnnotation] | PhoenixStatusError:
    """Return the IDs in a good answer, or the error that it is not one.

    Args:
        response: An answer to `POST v1/trace_annotations`.
        expected: How many IDs it must hold: one for each annotation with `sync=true`. None with
            `sync=false`, where IDs mean nothing: what is queued has none.
    """
    if expected is None:
        return [] if _holds_data(response.content) else not_json(response)
    # Where nothing is read, as with `sync=false`, no model is needed and none is imported.
    from pydantic import ValidationError

    from phoenix_traces.rules.annotation import AnnotateTracesResponseBody

    try:
        data = AnnotateTracesResponseBody.model_validate_json(response.content).data
    except ValidationError:
        return not_json(response)
    if len(data) != expected:
        return unexpected(
            response, f"{counted(len(data), 'ID')} for {counted(expected, 'annotation')}"
        )
    return data


def _holds_data(content: bytes) -> bool:
    try:
        match from_json(content):
            case {"data": list()}:
                return True
            case _:
                return False
    except ValueError:
        return False


def is_too_large(response: httpx.Response) -> bool:
    """Tell whether an answer was larger than may be, so that its body was not read."""
    return TOO_LARGE in response.extensions


def not_json(response: httpx.Response) -> UnexpectedResponseError:
    """Return the error for an answer that is not the JSON that Phoenix gives there."""
    kind = _named(response, response.headers.get("content-type", "no content type"))
    return unexpected(response, f"not Phoenix's JSON but {kind}: check base_url")


def unexpected(response: httpx.Response, what: str) -> UnexpectedResponseError:
    """Return the error for an answer that Phoenix would not give, or that was too large to read."""
    if (limit := response.extensions.get(TOO_LARGE)) is not None:
        what = f"larger than the {limit:,} bytes of max_response_bytes"
    message = f"{_heading(response)}, but the answer is {what}"
    return UnexpectedResponseError(
        message, response=bare_response(response), detail=_words(response)
    )


def status_error(
    response: httpx.Response,
    *,
    trace_ids: Sequence[str] = (),
    positions: Sequence[int] = (),
) -> PhoenixStatusError:
    """Return the error that an answer other than 2xx stands for.

    Args:
        response: The answer.
        trace_ids: The traces of the rows that were sent, in order.
        positions: The rows' positions in the caller's input.
    """
    if is_too_large(response):
        return not_json(response)
    status = response.status_code
    words = _words(response)
    bare = bare_response(response)
    if status == 404 and trace_ids:
        missing = missing_trace_ids(response, trace_ids)
        message = _message(response, words, describe_missing(missing))
        error = TraceNotFoundError(message, response=bare, detail=words)
        error.missing_trace_ids = missing
        return error
    if status == 422:
        refused = refused_rows(response, len(positions))
        named = tuple(positions[place] for place in refused)
        rows = (
            f"row {', '.join(map(str, named))} of the input" if len(positions) > 1 and named else ""
        )
        invalid = ServerValidationError(
            _message(response, words, rows), response=bare, detail=words
        )
        invalid.positions = named
        invalid.reasons = {
            positions[place]: _without_secrets(said, response, most=_MOST_OF_A_REASON)
            for place, said in refused.items()
        }
        return invalid
    kind = AuthenticationError if status in (401, 403) else PhoenixStatusError
    return kind(_message(response, words, _hint(response)), response=bare, detail=words)


def project_error(response: httpx.Response) -> PhoenixStatusError:
    """Return the error that an answer about a project other than 2xx stands for."""
    error = status_error(response)
    if error.status_code != 404 or isinstance(error, UnexpectedResponseError):
        return error
    message = f"{error} (check project_identifier: it is the name or the ID of a project)"
    return ProjectNotFoundError(message, response=error.response, detail=error.detail)


_NO_CONFIG = "Annotation configuration not found"


def config_error(error: PhoenixStatusError) -> PhoenixStatusError:
    """Return the error for an annotation config that is not there, or whose name is taken.

    A project that is not there is another error, told by the server's words; others stay.
    """
    if isinstance(error, UnexpectedResponseError) or error.status_code not in (404, 409):
        return error
    kind: type[PhoenixStatusError] = ProjectNotFoundError
    if error.status_code == 409:
        kind = AnnotationConfigExistsError
    elif _NO_CONFIG in error.detail:
        kind = AnnotationConfigNotFoundError
    return kind(str(error), response=error.response, detail=error.detail)


def trace_error(error: PhoenixStatusError, trace_ids: Sequence[str]) -> PhoenixStatusError:
    """Return the error for traces that a 404 is about as a whole, or the same error."""
    if error.status_code != 404 or isinstance(error, UnexpectedResponseError):
        return error
    hint = describe_missing(trace_ids)
    message = f"{error} ({hint})" if hint else str(error)
    missing = TraceNotFoundError(message, response=error.response, detail=error.detail)
    missing.missing_trace_ids = tuple(trace_ids)
    return missing


def transport_error(error: httpx.RequestError) -> PhoenixTransportError:
    """Return our own form of httpx's error, without credentials; one of ours as it is.

    The error loses its own request, cause and traceback: their frames hold the body that was sent,
    and an account may hold thousands of errors.
    """
    request = _request_of(error)
    if isinstance(error, PhoenixTransportError):
        if request is not None:
            error.request = bare_request(request)
        error.__context__ = error.__traceback__ = None
        return error
    words = str(error) or type(error).__name__
    where = ""
    if request is not None:
        words = without_secrets(words, request)
        error.args = (words,)
        error.request = bare_request(request)
        where = f" at {_shown_url(error.request.url)}"
    ours = PhoenixTransportError(
        f"No answer from Phoenix{where}: {type(error).__name__}: {words}",
        request=_request_of(error),
    )
    error.__cause__ = error.__context__ = error.__traceback__ = None
    ours.__cause__ = error
    return ours


def _request_of(error: httpx.RequestError) -> httpx.Request | None:
    try:
        return error.request
    except RuntimeError:
        return None


def _heading(response: httpx.Response) -> str:
    request = bare_request(response.request)
    return (
        f"{response.status_code} {_named(response, response.reason_phrase)} from {request.method} "
        f"{_shown_url(request.url)}"
    )


def _named(response: httpx.Response, text: str) -> str:
    """Return what an answer names, for a message: it may echo a credential, or have no end."""
    return _without_secrets(text, response, most=_MOST_OF_A_HEADER_SHOWN)


def _shown_url(url: httpx.URL) -> str:
    """Return a URL for a message, without a query that would hide the rest of it."""
    return str(url) if len(url.query) <= _MOST_QUERY_SHOWN else f"{url.copy_with(query=None)}?..."


def _message(response: httpx.Response, words: str, hint: str) -> str:
    said = f": {words}" if words else ""
    return f"{_heading(response)}{said}{f' ({hint})' if hint else ''}"


def _hint(response: httpx.Response) -> str:
    if response.has_redirect_location:
        target = _named(response, response.headers.get("location", ""))
        return f"{_REDIRECT_HINT} to {target} if that is right"
    return _HINTS.get(response.status_code, "")


def _words(response: httpx.Response) -> str:
    text = text_of(response)
    if response.headers.get("content-type", "").startswith("application/json"):
        text = validation_words(response) or text
    if "<html" in text[:500].lower():
        text = "a web page"
    return _without_secrets(text, response, most=_MOST_DETAIL_SHOWN)


def _without_secrets(text: str, response: httpx.Response, *, most: int) -> str:
    # Cut last, so that no half of a credential is left at the end.
    return without_secrets(text[: 20 * most], response.request)[:most]
