"""What can go wrong, and what each error carries.

* `PhoenixTracesError` - every error of this package
    * `ConfigurationError` (also `ValueError`) - an endpoint, key, header or option that cannot work
    * `AnnotationValidationError` (also `ValueError`) - input refused here; nothing was sent
    * `NoActiveSpanError` (also `RuntimeError`) - there is no span whose trace could be named
    * `PhoenixHTTPError` - a request was made; an upload's error carries the account in `.report`
        * `PhoenixStatusError` (also `httpx.HTTPStatusError`) - the server answered with an error
            * `AuthenticationError` - 401 or 403
            * `TraceNotFoundError` - 404; `.missing_trace_ids`
            * `ProjectNotFoundError` - 404; there is no such project
            * `AnnotationConfigNotFoundError` - 404; there is no such annotation config
            * `AnnotationConfigExistsError` - 409; another config has the name
            * `ServerValidationError` - 422; `.positions`
            * `ServerTooOldError` - the server lacks a feature; `.feature`, `.required_version`
            * `UnexpectedResponseError` - an answer that is not Phoenix's
            * `OverwrittenError` - something newer is in the place of annotations on their way
        * `PhoenixTransportError` (also `httpx.TransportError`) - no answer came
            * `ClientStateError` (also `RuntimeError`) - the client is closed, or of another process
              or event loop
    * `IncompleteUploadError` - a confirmation did not find every annotation; `.confirmation`
    * `OutboxError` - an outbox that could not do what was asked; nothing of it was done
        * `OutboxFullError` - no room for what was put
        * `OutboxFileError` - a file that cannot be used: damaged, read-only, the disk is full, ...
        * `OutboxClosedError` (also `RuntimeError`) - the outbox was closed

Warnings: `ConfigurationWarning`, `DuplicateAnnotationWarning`, `SkippedAnnotationWarning`,
`UnsaidRuleWarning`.

The request that an error carries has neither credentials nor body, so that an error can be logged,
shown and pickled anywhere.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from phoenix_traces.failures import AnnotationFailure
    from phoenix_traces.report import UploadReport

_MOST_FAILURES_SHOWN = 10

_ErrorT = TypeVar("_ErrorT", bound=BaseException)


def _blank(error_type: type[_ErrorT]) -> _ErrorT:
    return error_type.__new__(error_type)


class PhoenixTracesError(Exception):
    """Any error that this package raises."""

    def __reduce__(self) -> tuple[Any, ...]:
        # httpx's errors take keyword-only arguments, which Exception's own pickling cannot replay.
        return _blank, (type(self),), {**self.__dict__, "args": self.args}


class ConfigurationError(PhoenixTracesError, ValueError):
    """An endpoint, key, header or option that cannot work."""


class AnnotationValidationError(PhoenixTracesError, ValueError):
    """The refusal of input before anything is sent, which names every failure in it.

    Neither its text nor its pickle grows with the values in it. A pickle holds the position, the
    field and the message of every failure, and the values and index labels of the first 1,000.

    Attributes:
        failures: One record for each failure, in input order; the message shows the first ten. Once
            there are 1,000, only the first trouble of each further piece of metadata is among them.
            Reads like a list. Where there are many, a record is made when it is looked at.
        total: The number of annotations or rows that were looked at.
    """

    def __init__(self, failures: Sequence[AnnotationFailure], *, total: int) -> None:
        self.failures: Sequence[AnnotationFailure] = failures[:]
        self.total = total
        super().__init__(_summary(self.failures, total))

    def to_dataframe(self) -> pd.DataFrame:
        """Return the failures as a frame: position, index, field, value, message."""
        from phoenix_traces.inputs.frames.tables import table

        rows = [(f.position, f.index, f.field, f.value, f.message) for f in self.failures]
        names = ("position", "index", "field", "value", "message")
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        return table({name: ("object", cells) for name, cells in zip(names, columns, strict=True)})


def _summary(failures: Sequence[AnnotationFailure], total: int) -> str:
    shown = [str(failure) for failure in failures[:_MOST_FAILURES_SHOWN]]
    if len(failures) == 1:
        return f"{shown[0]} (nothing was sent)"
    # Here, because this module imports nothing of ours when it is loaded.
    from phoenix_traces.rules.text import counted

    where = counted(total, "annotation")
    lines = [f"{len(failures)} problems in {where}; nothing was sent:"]
    lines += [f"  {line}" for line in shown]
    if hidden := len(failures) - len(shown):
        lines.append(f"  ... and {hidden} more: see .failures or .to_dataframe()")
    return "\n".join(lines)


class NoActiveSpanError(PhoenixTracesError, RuntimeError):
    """A trace id that was asked for where no span is active, or of a span that is in no trace.

    Either no tracer provider is set, so that all spans of the program are empty, or the question
    came outside a span.
    """


class PhoenixHTTPError(PhoenixTracesError):
    """An error of a request that was made.

    Attributes:
        report: What became of each annotation, when the request belonged to an upload. None where
            `validate_configs=True` could not read the configs: then no upload has begun.
    """

    report: UploadReport | None = None

    def __str__(self) -> str:
        text = super().__str__()
        # One annotation needs no account beside its error: the message says it all.
        if self.report is None or self.report.total == 1:
            return text
        return f"{text}\nOf {self.report.total} annotations: {self.report.summary()}."


class PhoenixStatusError(PhoenixHTTPError, httpx.HTTPStatusError):
    """An answer of the server that is an error.

    Attributes:
        detail: The server's own words.
        status_code: The HTTP status.
    """

    def __init__(self, message: str, *, response: httpx.Response, detail: str = "") -> None:
        super().__init__(message, request=response.request, response=response)
        self.detail = detail

    @property
    def status_code(self) -> int:
        """Return the HTTP status."""
        return self.response.status_code


class AuthenticationError(PhoenixStatusError):
    """A missing, wrong or expired API key (401), or one that may not do this (403)."""


class TraceNotFoundError(PhoenixStatusError):
    """An answer that names traces which the server does not have (404).

    Attributes:
        missing_trace_ids: The ids that the server named, in input order.
    """

    missing_trace_ids: tuple[str, ...] = ()


class ProjectNotFoundError(PhoenixStatusError):
    """A project that the server does not have (404)."""


class AnnotationConfigNotFoundError(PhoenixStatusError):
    """An annotation config that the server does not have (404)."""


class AnnotationConfigExistsError(PhoenixStatusError):
    """A name that another annotation config of the server has (409)."""


class ServerValidationError(PhoenixStatusError):
    """A refusal of annotations by the server (422).

    Attributes:
        positions: Where they stand in the caller's input, as far as the server pointed at them.
        reasons: The server's words about each of them, by position.
    """

    positions: tuple[int, ...] = ()
    reasons: Mapping[int, str] = MappingProxyType({})


class ServerTooOldError(PhoenixStatusError):
    """A feature that the server lacks, and a newer Phoenix has.

    Attributes:
        feature: What it lacks.
        required_version: The first Phoenix that has it.
        server_version: What the server says it is.
    """

    feature: str = ""
    required_version: str = ""
    server_version: str = ""


class UnexpectedResponseError(PhoenixStatusError):
    """An answer that Phoenix would not give: a web page, no JSON, a wrong number of IDs."""


class OverwrittenError(PhoenixStatusError):
    """Annotations in whose place someone else wrote, while they were in the server's queue.

    The answer is the one that shows it, and no error of the server's. Whether they were stored
    before that is not known: they are unknown in `.report`.
    """


class PhoenixTransportError(PhoenixHTTPError, httpx.TransportError):
    """A request without a whole answer: refused, reset, timed out, cut off."""


class ClientStateError(PhoenixTransportError, RuntimeError):
    """A client that cannot be used here: closed, or of another process or event loop.

    The request was not sent, and nothing more is tried. Only where it had been tried before, and
    the client was closed in between, the rows in it are unknown in `.report`.
    """


class OutboxError(PhoenixTracesError):
    """An outbox that could not do what was asked; nothing of it was done."""


class OutboxFullError(OutboxError):
    """An outbox without room for what was put: none of it is kept.

    Attributes:
        is_hopeless: Whether it would not fit into an empty outbox either.
    """

    is_hopeless: bool = False


class OutboxFileError(OutboxError):
    """The file of an outbox that cannot be used; it is left as it is.

    It is damaged, of a newer version of this package, of another endpoint, read-only, on a full
    disk, or where locks do not work.
    """


class OutboxClosedError(OutboxError, RuntimeError):
    """An outbox that was closed: make a new one over the same file."""


class ConfigurationWarning(UserWarning):
    """A setting that sends annotations or a key where few people would expect it."""


class DuplicateAnnotationWarning(UserWarning):
    """A warning that annotations share (trace_id, name, identifier): only the last is kept."""


class UnsaidRuleWarning(UserWarning):
    """A warning that a rubric has rules which the server's annotation config cannot say."""


class SkippedAnnotationWarning(UserWarning):
    """A warning that annotations were left out because their traces do not exist.

    Attributes:
        report: What became of each annotation.
    """

    def __init__(self, message: str, report: UploadReport) -> None:
        super().__init__(message)
        self.report = report


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
PhoenixTracesError.__module__ = "phoenix_traces"
ConfigurationError.__module__ = "phoenix_traces"
AnnotationValidationError.__module__ = "phoenix_traces"
NoActiveSpanError.__module__ = "phoenix_traces"
PhoenixHTTPError.__module__ = "phoenix_traces"
PhoenixStatusError.__module__ = "phoenix_traces"
AuthenticationError.__module__ = "phoenix_traces"
TraceNotFoundError.__module__ = "phoenix_traces"
ProjectNotFoundError.__module__ = "phoenix_traces"
AnnotationConfigNotFoundError.__module__ = "phoenix_traces"
AnnotationConfigExistsError.__module__ = "phoenix_traces"
ServerValidationError.__module__ = "phoenix_traces"
ServerTooOldError.__module__ = "phoenix_traces"
UnexpectedResponseError.__module__ = "phoenix_traces"
OverwrittenError.__module__ = "phoenix_traces"
PhoenixTransportError.__module__ = "phoenix_traces"
OutboxError.__module__ = "phoenix_traces"
OutboxFullError.__module__ = "phoenix_traces"
OutboxFileError.__module__ = "phoenix_traces"
OutboxClosedError.__module__ = "phoenix_traces"
ConfigurationWarning.__module__ = "phoenix_traces"
ClientStateError.__module__ = "phoenix_traces"
DuplicateAnnotationWarning.__module__ = "phoenix_traces"
UnsaidRuleWarning.__module__ = "phoenix_traces"
SkippedAnnotationWarning.__module__ = "phoenix_traces"
