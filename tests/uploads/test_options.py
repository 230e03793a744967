from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from phoenix_traces import ConfigurationError, UploadOptions


def test_the_defaults_stop_at_the_first_failure_and_send_one_request_at_a_time() -> None:
    options = UploadOptions()
    assert (options.on_error, options.on_missing_trace) == ("raise", "raise")
    assert (options.max_concurrency, options.wait_for_traces) == (1, 0)
    assert options.max_batch_bytes < 1_000_000


def test_leaving_the_batch_size_out_differs_from_none() -> None:
    assert UploadOptions().rows_in_batch(100) == 100
    assert UploadOptions(batch_size=None).rows_in_batch(100) is None
    assert UploadOptions(batch_size=7).rows_in_batch(100) == 7
    assert UploadOptions().rows_in_batch(None) is None


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 0},
        {"batch_size": "100"},
        {"batch_size": 1.5},
        {"batch_size": True},
        {"max_batch_bytes": 0},
        {"max_batch_bytes": None},
        {"max_concurrency": 0},
        {"max_concurrency": 65},
        {"on_error": "ignore"},
        {"on_missing_trace": "wait"},
        {"wait_for_traces": -1},
        {"wait_for_traces": float("nan")},
        {"wait_for_traces": float("inf")},
        {"on_progress": "print"},
        {"batchsize": 5},
    ],
)
def test_options_that_cannot_work_are_refused_by_their_name(options: dict[str, Any]) -> None:
    good = UploadOptions(max_concurrency=2)
    ways: list[Callable[[], object]] = [
        lambda: UploadOptions(**options),
        lambda: UploadOptions.model_validate(options),
        lambda: good.model_copy(update=options),
    ]
    for way in ways:
        with pytest.raises(ConfigurationError) as caught:
            way()
        (name,) = options
        assert str(caught.value).startswith(f"options cannot work: {name}: ")
        assert caught.value.__context__ is None
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_options_in_json_are_checked_too() -> None:
    assert UploadOptions.model_validate_json('{"batch_size": 5}').batch_size == 5
    assert UploadOptions.model_validate_strings({"batch_size": "5"}).batch_size == 5
    for bad in ('{"batch_size": 0}', "no JSON", "[]"):
        with pytest.raises(ConfigurationError):
            UploadOptions.model_validate_json(bad)
    with pytest.raises(ConfigurationError):
        UploadOptions.model_validate_strings({"batch_size": "x"})


def test_no_message_grows_with_what_was_given() -> None:
    with pytest.raises(ConfigurationError) as caught:
        UploadOptions.model_validate({"x" * 1_000_000: 1, "batch_size": "y" * 1_000_000})
    assert len(str(caught.value)) < 3000
    assert "yyy" not in str(caught.value)


def test_a_copy_knows_which_options_were_given() -> None:
    copied = UploadOptions(on_error="continue").model_copy(update={"max_concurrency": 3})
    assert (copied.on_error, copied.max_concurrency) == ("continue", 3)
    assert copied.model_fields_set == {"on_error", "max_concurrency"}
    assert copied.model_copy() == copied
    assert pickle.loads(pickle.dumps(copied)) == copied


async def _awaited(*_: object) -> None: ...


class _Awaited:
    async def __call__(self, *_: object) -> None: ...

    async def method(self, *_: object) -> None: ...


@pytest.mark.parametrize("name", ["on_progress", "on_report"])
@pytest.mark.parametrize(
    "callback", [_awaited, _Awaited(), _Awaited().method, functools.partial(_awaited, 1)]
)
def test_a_callback_that_nothing_would_await_is_refused(name: str, callback: object) -> None:
    words = f"^options cannot work: {name}: must be a plain function: it is not awaited$"
    with pytest.raises(ConfigurationError, match=words):
        UploadOptions.model_validate({name: callback})
    UploadOptions.model_validate({name: functools.partial(print, 1)})
