"""How an upload is cut, paced and carried on when something fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError
from pydantic_core import PydanticCustomError
from typing_extensions import Self

from phoenix_traces.errors import ConfigurationError
from phoenix_traces.uploads.plan import (
    DEFAULT_MAX_BATCH_BYTES,
    ProgressCallback,
    ReportCallback,
)

_MOST_SHOWN = 200

_MadeT = TypeVar("_MadeT")
_CallbackT = TypeVar("_CallbackT", bound=Callable[..., object])


def _not_async(callback: _CallbackT) -> _CallbackT:
    """Refuse what only makes a coroutine: nothing would await it, and the report would be lost."""
    if iscoroutinefunction(callback) or iscoroutinefunction(type(callback).__call__):
        raise PydanticCustomError("async_callback", "must be a plain function: it is not awaited")
    return callback


class UploadOptions(BaseModel, frozen=True, extra="forbid", strict=True, defer_build=True):
    """How an upload is cut into requests, and what happens when some of it fails.

    Values that cannot work raise `ConfigurationError`, in `model_validate` and `model_copy` too.

    Attributes:
        batch_size: Most rows in a request. Left out: 100 for frames, no limit for lists.
        max_batch_bytes: Most bytes in a request's body; a larger single row goes alone.
        max_concurrency: Most requests under way at once.
        on_error: "raise" sends nothing more after the first batch that failed for good;
            "continue" tries every batch and raises at the end.
        on_missing_trace: "raise" treats an unknown trace as an error; "skip" leaves its rows out,
            stores the others and warns with `SkippedAnnotationWarning`. The server names unknown
            traces with `sync=True` only. With `sync=False` and neither `skip_unchanged` nor
            `overwrite`, this and `wait_for_traces` are refused.
        on_empty: "raise" refuses rows without label, score and explanation; "skip" leaves them out
            as `not_evaluated`, without a look at what else is in them.
        skip_unchanged: Send only rows that the server does not have as they are, so that an upload
            that broke off costs only its rest when it is run again. What it has is read first.
        overwrite: "always" replaces what the server has under a row's key; "never" sends only rows
            of which it has nothing; "not_human" never replaces a HUMAN judgement by one of an LLM
            or CODE. What the server has is read first, so that what someone else writes in the
            meantime is not seen. Other rows are left out, and are in the report's `refused`.
        project_identifier: Name or ID of the project of all the traces, where `skip_unchanged` and
            `overwrite` read; Phoenix reads by project, and writes without. With an `overwrite`
            other than "always", a trace known not to be there is waited for as
            `wait_for_traces` says, and then treated as `on_missing_trace` says.
        wait_for_traces: Seconds to keep asking for traces that the server does not have yet.
        via: "request" lets each request store its rows, which is certain and slow. "queue" with
            `sync=True` is as certain, and up to nearly three times as fast on a machine that is
            not busy: requests of 500 rows, unless `batch_size` says otherwise, go to the server's
            queue, no more than some 2,000 rows at a time, and are read back from the project
            `project_identifier` until each row is there and equal. What is not seen in time is sent
            again by request. It is not one transaction: rows of a request are stored, and fail, on
            their own. A row reported as of a missing trace may still be stored if its trace comes
            within ten minutes, in which the queue keeps it. A row in whose place someone else wrote
            something newer is unknown, with an `OverwrittenError`. With `sync=False` every upload
            goes through the queue, and nothing is read back.
        confirm_within: Seconds in which a row that the queue took is looked for before it is sent
            again by request. Refused where nothing is read back.
        on_progress: Called with the rows done and the rows in all, after each answer. Done means
            that nothing more will be tried for them. An exception that it raises ends the upload.
            A plain function, with `AsyncClient` too, as it is not awaited.
        on_report: Called once with the `UploadReport`, however the upload ends. An exception that
            it raises is raised, with the report in `.report` and an earlier failure as its
            `__context__`; but an interrupt or a cancellation that came first gets through. A plain
            function, with `AsyncClient` too, as it is not awaited.
    """

    batch_size: Annotated[int, Field(ge=1)] | None = None
    max_batch_bytes: Annotated[int, Field(ge=1)] = DEFAULT_MAX_BATCH_BYTES
    max_concurrency: Annotated[int, Field(ge=1, le=64)] = 1
    on_error: Literal["raise", "continue"] = "raise"
    on_missing_trace: Literal["raise", "skip"] = "raise"
    on_empty: Literal["raise", "skip"] = "raise"
    skip_unchanged: bool = False
    overwrite: Literal["always", "never", "not_human"] = "always"
    project_identifier: str = "default"
    wait_for_traces: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    via: Literal["request", "queue"] = "request"
    confirm_within: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 30.0
    on_progress: Annotated[ProgressCallback, AfterValidator(_not_async)] | None = None
    on_report: Annotated[ReportCallback, AfterValidator(_not_async)] | None = None

    # Type checkers make a model's signatures from its fields, and would take these for its own.
    if not TYPE_CHECKING:

        def __init__(self, /, **options: Any) -> None:
            _checked(super().__init__, **options)

        # Or else pydantic would call it while it validates, and take its error for a failure.
        __init__.__pydantic_base_init__ = True

        @classmethod
        def model_validate(cls, obj: Any, **how: Any) -> Self:
            """Return the options in a mapping, as pydantic does."""
            return _checked(super().model_validate, obj, **how)

        @classmethod
        def model_validate_json(cls, json_data: str | bytes | bytearray, **how: Any) -> Self:
            """Return the options in JSON, as pydantic does."""
            return _checked(super().model_validate_json, json_data, **how)

        @classmethod
        def model_validate_strings(cls, obj: Any, **how: Any) -> Self:
            """Return the options in a mapping of texts, as pydantic does."""
            return _checked(super().model_validate_strings, obj, **how)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy.

        Args:
            update: Options that are different in it.
            deep: Whether to copy the values too.

        Returns:
            Options that were checked, as pydantic itself does not do it for a copy.

        Raises:
            ConfigurationError: when they cannot work.
        """
        copied = super().model_copy(deep=deep)
        if not update:
            return copied
        given = {name: getattr(copied, name) for name in copied.model_fields_set}
        return type(self).model_validate({**given, **update})

    def rows_in_batch(self, default: int | None) -> int | None:
        """Return the most rows in a request, where leaving the option out differs from None."""
        return self.batch_size if "batch_size" in self.model_fields_set else default


def _checked(make: Callable[..., _MadeT], *values: Any, **named: Any) -> _MadeT:
    """Return what pydantic makes of values, or raise our own error, which does not show them."""
    try:
        return make(*values, **named)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        problems = [_problem(each["loc"], each["msg"]) for each in details]
    raise ConfigurationError(f"options cannot work: {'; '.join(problems)}"[: 10 * _MOST_SHOWN])


def _problem(place: tuple[int | str, ...], message: str) -> str:
    name = ".".join(map(str, place))[:_MOST_SHOWN]
    return f"{name}: {message}"


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
UploadOptions.__module__ = "phoenix_traces"
