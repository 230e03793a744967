from __future__ import annotations

import copy
import inspect
import pickle
import re
import threading
from typing import Any

import httpx
import pandas as pd
import pytest

from phoenix_traces import (
    AnnotationFailure,
    AnnotationValidationError,
    AuthenticationError,
    ConfigurationError,
    IncompleteUploadError,
    OverwrittenError,
    PhoenixStatusError,
    PhoenixTracesError,
    PhoenixTransportError,
    ServerValidationError,
    TraceNotFoundError,
    UnexpectedResponseError,
    UploadReport,
    errors,
)

REQUEST = httpx.Request("POST", "http://phoenix.test/v1/trace_annotations")


def _status_error(kind: type[PhoenixStatusError], status: int) -> PhoenixStatusError:
    response = httpx.Response(status, text="words", request=REQUEST)
    return kind("the message", response=response, detail="words")


def _failure(position: int) -> AnnotationFailure:
    return AnnotationFailure(position, None, "label", 7, "must be text")


def _subclasses(kind: type[BaseException]) -> list[type[BaseException]]:
    return [each for child in kind.__subclasses__() for each in (child, *_subclasses(child))]


# The tree


def _documented_tree() -> dict[str, tuple[str | None, str | None]]:
    """Return each documented error with its parent and the outside class that it also is."""
    tree: dict[str, tuple[str | None, str | None]] = {}
    above: dict[int, str] = {}
    pattern = r"^( *)\* `(\w+)`(?: \(also `([\w.]+)`\))?"
    for indent, name, also in re.findall(pattern, errors.__doc__ or "", re.MULTILINE):
        depth = len(indent) // 4
        above[depth] = name
        tree[name] = (above[depth - 1] if depth else None, also or None)
    return tree


def _written(kind: type[BaseException]) -> str:
    return f"httpx.{kind.__name__}" if kind.__module__ == "httpx" else kind.__name__


def _real_tree() -> dict[str, tuple[str | None, str | None]]:
    assert issubclass(IncompleteUploadError, PhoenixTracesError)  # which imports its module
    tree: dict[str, tuple[str | None, str | None]] = {"PhoenixTracesError": (None, None)}
    for kind in _subclasses(PhoenixTracesError):
        parent, *also = map(_written, kind.__bases__)
        tree[kind.__name__] = (parent, also[0] if also else None)
    return tree


def test_the_tree_in_the_docstring_is_the_real_one() -> None:
    assert _documented_tree() == _real_tree()


def test_the_warnings_in_the_docstring_are_the_real_ones() -> None:
    real = {
        name
        for name, each in vars(errors).items()
        if inspect.isclass(each) and issubclass(each, Warning)
    }
    documented = re.search(r"^Warnings: ([^.]*)\.$", errors.__doc__ or "", re.MULTILINE)
    assert documented is not None
    assert set(re.findall(r"`(\w+)`", documented[1])) == real


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (ConfigurationError, ValueError),
        (AnnotationValidationError, ValueError),
        (PhoenixStatusError, httpx.HTTPStatusError),
        (PhoenixTransportError, httpx.TransportError),
        (PhoenixTransportError, httpx.RequestError),
    ],
)
def test_errors_are_what_existing_code_catches(
    ours: type[Exception], theirs: type[Exception]
) -> None:
    assert issubclass(ours, theirs)


# Messages


def test_one_failure_is_told_in_a_line() -> None:
    error = AnnotationValidationError([_failure(3)], total=9)
    assert str(error) == "row 3, label: 7: must be text (nothing was sent)"


def test_the_first_ten_failures_are_shown_and_the_rest_counted() -> None:
    error = AnnotationValidationError([_failure(number) for number in range(25)], total=40)
    first, *lines, last = str(error).splitlines()
    assert first == "25 problems in 40 annotations; nothing was sent:"
    assert [line.strip().partition(",")[0] for line in lines] == [f"row {n}" for n in range(10)]
    assert last.strip() == "... and 15 more: see .failures or .to_dataframe()"
    assert len(error.failures) == 25


def test_ten_failures_are_all_shown() -> None:
    error = AnnotationValidationError([_failure(number) for number in range(10)], total=10)
    assert str(error).count("must be text") == 10
    assert "more" not in str(error)


def test_failures_become_a_frame() -> None:
    failures = [
        AnnotationFailure(3, "a", "label", 7, "must be text"),
        AnnotationFailure(4, ("b", 1), "metadata", {"x": 1}, "wrong"),
    ]
    table = AnnotationValidationError(failures, total=9).to_dataframe()
    assert list(table.columns) == ["position", "index", "field", "value", "message"]
    assert table.iloc[0].tolist() == [3, "a", "label", 7, "must be text"]
    assert table.iloc[1].tolist() == [4, ("b", 1), "metadata", {"x": 1}, "wrong"]
    assert isinstance(table, pd.DataFrame)


def test_an_uploads_account_is_part_of_the_message() -> None:
    error = _status_error(PhoenixStatusError, 500)
    assert str(error) == "the message"
    error.report = UploadReport(bytes([2, 2, 0, 1]))
    assert str(error) == "the message\nOf 4 annotations: 2 stored, 1 unknown, 1 not sent."
    error.report = UploadReport(bytes([0]))
    assert str(error) == "the message"


# Pickling


def _validation_error() -> AnnotationValidationError:
    unpicklable = threading.Lock()
    return AnnotationValidationError(
        [AnnotationFailure(0, unpicklable, "metadata", {"lock": unpicklable}, "no JSON form")],
        total=1,
    )


def _missing() -> TraceNotFoundError:
    error = TraceNotFoundError("gone", response=httpx.Response(404, request=REQUEST))
    error.missing_trace_ids = ("a", "b")
    error.report = UploadReport(bytes([0, 2]), {1: "id"})
    return error


EXAMPLES: list[PhoenixTracesError] = [
    PhoenixTracesError("plain"),
    ConfigurationError("bad base_url"),
    _validation_error(),
    _status_error(PhoenixStatusError, 500),
    _status_error(AuthenticationError, 401),
    _status_error(ServerValidationError, 422),
    _status_error(UnexpectedResponseError, 200),
    _status_error(OverwrittenError, 200),
    _missing(),
    PhoenixTransportError("reset", request=REQUEST),
    PhoenixTransportError("reset"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=[type(each).__name__ for each in EXAMPLES])
def test_errors_pickle_and_copy(error: PhoenixTracesError) -> None:
    for made in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(made) is type(error)
        assert str(made) == str(error)
        assert made.args == error.args
        assert vars(made).keys() == vars(error).keys()


def test_what_an_error_carries_is_pickled_with_it() -> None:
    loaded: Any = pickle.loads(pickle.dumps(_missing()))
    assert loaded.missing_trace_ids == ("a", "b")
    assert loaded.report.inserted == {1: "id"}
    assert (loaded.status_code, loaded.response.status_code) == (404, 404)
    assert loaded.request.url == REQUEST.url


def test_an_error_that_was_raised_pickles() -> None:
    with pytest.raises(PhoenixStatusError) as caught:
        raise _status_error(PhoenixStatusError, 500)
    assert str(pickle.loads(pickle.dumps(caught.value))) == "the message"


def test_the_status_error_carries_the_servers_words_and_status() -> None:
    error = _status_error(PhoenixStatusError, 503)
    assert (error.detail, error.status_code, error.response.text) == ("words", 503, "words")
    assert error.request is not None
