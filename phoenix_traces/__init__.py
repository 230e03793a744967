"""Write judgements of LLM traces to Arize Phoenix: strict, typed, sync and async."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_traces.client import AsyncClient, Client
    from phoenix_traces.errors import (
        AnnotationConfigExistsError,
        AnnotationConfigNotFoundError,
        AnnotationValidationError,
        AuthenticationError,
        ClientStateError,
        ConfigurationError,
        ConfigurationWarning,
        DuplicateAnnotationWarning,
        NoActiveSpanError,
        OutboxClosedError,
        OutboxError,
        OutboxFileError,
        OutboxFullError,
        OverwrittenError,
        PhoenixHTTPError,
        PhoenixStatusError,
        PhoenixTracesError,
        PhoenixTransportError,
        ProjectNotFoundError,
        ServerTooOldError,
        ServerValidationError,
        SkippedAnnotationWarning,
        TraceNotFoundError,
        UnexpectedResponseError,
        UnsaidRuleWarning,
    )
    from phoenix_traces.failures import AnnotationFailure
    from phoenix_traces.inputs.frame_types import ArrowStreamExportable
    from phoenix_traces.inputs.frames.pandera_schema import trace_annotation_schema
    from phoenix_traces.outbox.accounts import FlushedRow, FlushReport, OutboxRow, OutboxStatus
    from phoenix_traces.outbox.async_outbox import AsyncOutbox
    from phoenix_traces.outbox.outbox import Outbox
    from phoenix_traces.report import UploadFailure, UploadReport, UploadStatus
    from phoenix_traces.resources.annotation_configs import (
        AnnotationConfigs,
        AsyncAnnotationConfigs,
    )
    from phoenix_traces.resources.async_traces import AsyncTraces
    from phoenix_traces.resources.traces import Traces
    from phoenix_traces.rules.annotation import (
        AnnotateTracesRequestBody,
        AnnotateTracesResponseBody,
        AnnotationResult,
        AnnotatorKind,
        InsertedTraceAnnotation,
        TraceAnnotationData,
    )
    from phoenix_traces.rules.config_data import (
        AnnotationConfigData,
        CategoricalAnnotationConfigData,
        ContinuousAnnotationConfigData,
        FreeformAnnotationConfigData,
    )
    from phoenix_traces.rules.configs import (
        AnnotationConfig,
        CategoricalAnnotationConfig,
        CategoricalAnnotationValue,
        ContinuousAnnotationConfig,
        FreeformAnnotationConfig,
    )
    from phoenix_traces.rules.flat_row import AnnotationRow, annotation_row_type
    from phoenix_traces.rules.json_schema import json_schema
    from phoenix_traces.rules.rubrics import annotation_type_from_config
    from phoenix_traces.stored.annotations import StoredResult, TraceAnnotation, TraceNote
    from phoenix_traces.stored.comparison import (
        ComparedRow,
        Comparison,
        Confirmation,
        IncompleteUploadError,
    )
    from phoenix_traces.stored.traces import Trace, TraceSpan
    from phoenix_traces.uploads.options import UploadOptions

    __version__: str

__all__ = [
    "AnnotateTracesRequestBody",
    "AnnotateTracesResponseBody",
    "AnnotationConfig",
    "AnnotationConfigData",
    "AnnotationConfigExistsError",
    "AnnotationConfigNotFoundError",
    "AnnotationConfigs",
    "AnnotationFailure",
    "AnnotationResult",
    "AnnotationRow",
    "AnnotationValidationError",
    "AnnotatorKind",
    "ArrowStreamExportable",
    "AsyncAnnotationConfigs",
    "AsyncClient",
    "AsyncOutbox",
    "AsyncTraces",
    "AuthenticationError",
    "CategoricalAnnotationConfig",
    "CategoricalAnnotationConfigData",
    "CategoricalAnnotationValue",
    "Client",
    "ClientStateError",
    "ComparedRow",
    "Comparison",
    "ConfigurationError",
    "ConfigurationWarning",
    "Confirmation",
    "ContinuousAnnotationConfig",
    "ContinuousAnnotationConfigData",
    "DuplicateAnnotationWarning",
    "FlushReport",
    "FlushedRow",
    "FreeformAnnotationConfig",
    "FreeformAnnotationConfigData",
    "IncompleteUploadError",
    "InsertedTraceAnnotation",
    "NoActiveSpanError",
    "Outbox",
    "OutboxClosedError",
    "OutboxError",
    "OutboxFileError",
    "OutboxFullError",
    "OutboxRow",
    "OutboxStatus",
    "OverwrittenError",
    "PhoenixHTTPError",
    "PhoenixStatusError",
    "PhoenixTracesError",
    "PhoenixTransportError",
    "ProjectNotFoundError",
    "ServerTooOldError",
    "ServerValidationError",
    "SkippedAnnotationWarning",
    "StoredResult",
    "Trace",
    "TraceAnnotation",
    "TraceAnnotationData",
    "TraceNotFoundError",
    "TraceNote",
    "TraceSpan",
    "Traces",
    "UnexpectedResponseError",
    "UnsaidRuleWarning",
    "UploadFailure",
    "UploadOptions",
    "UploadReport",
    "UploadStatus",
    "annotation_row_type",
    "annotation_type_from_config",
    "json_schema",
    "trace_annotation_schema",
]

# Where each name is imported from when it is first asked for. A program that only passes this
# package on, or needs one error or model of it, does not wait for httpx, pydantic or pandas.
_HOMES = {
    "resources.annotation_configs": (
        "AnnotationConfigs",
        "AsyncAnnotationConfigs",
    ),
    "rules.config_data": (
        "AnnotationConfigData",
        "CategoricalAnnotationConfigData",
        "ContinuousAnnotationConfigData",
        "FreeformAnnotationConfigData",
    ),
    "rules.configs": (
        "AnnotationConfig",
        "CategoricalAnnotationConfig",
        "CategoricalAnnotationValue",
        "ContinuousAnnotationConfig",
        "FreeformAnnotationConfig",
    ),
    "resources.async_traces": ("AsyncTraces",),
    "client": (
        "AsyncClient",
        "Client",
        "ClientStateError",
    ),
    "stored.comparison": (
        "ComparedRow",
        "Comparison",
        "Confirmation",
        "IncompleteUploadError",
    ),
    "failures": ("AnnotationFailure",),
    "errors": (
        "AnnotationConfigExistsError",
        "AnnotationConfigNotFoundError",
        "AnnotationValidationError",
        "AuthenticationError",
        "ClientStateError",
        "ConfigurationError",
        "ConfigurationWarning",
        "DuplicateAnnotationWarning",
        "NoActiveSpanError",
        "OutboxClosedError",
        "OutboxError",
        "OutboxFileError",
        "OutboxFullError",
        "OverwrittenError",
        "PhoenixHTTPError",
        "PhoenixStatusError",
        "PhoenixTracesError",
        "PhoenixTransportError",
        "ProjectNotFoundError",
        "ServerTooOldError",
        "ServerValidationError",
        "SkippedAnnotationWarning",
        "TraceNotFoundError",
        "UnexpectedResponseError",
        "UnsaidRuleWarning",
    ),
    "rules.flat_row": (
        "AnnotationRow",
        "annotation_row_type",
    ),
    "inputs.frame_types": ("ArrowStreamExportable",),
    "inputs.frames.pandera_schema": ("trace_annotation_schema",),
    "rules.annotation": (
        "AnnotateTracesRequestBody",
        "AnnotateTracesResponseBody",
        "AnnotationResult",
        "AnnotatorKind",
        "InsertedTraceAnnotation",
        "TraceAnnotationData",
    ),
    "uploads.options": ("UploadOptions",),
    "outbox.accounts": (
        "FlushReport",
        "FlushedRow",
        "OutboxRow",
        "OutboxStatus",
    ),
    "outbox.async_outbox": ("AsyncOutbox",),
    "outbox.outbox": ("Outbox",),
    "report": (
        "UploadFailure",
        "UploadReport",
        "UploadStatus",
    ),
    "rules.rubrics": ("annotation_type_from_config",),
    "rules.json_schema": ("json_schema",),
    "stored.annotations": (
        "StoredResult",
        "TraceAnnotation",
        "TraceNote",
    ),
    "stored.traces": (
        "Trace",
        "TraceSpan",
    ),
    "resources.traces": ("Traces",),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}

if not TYPE_CHECKING:  # or else a checker would take every name for one of ours

    def __getattr__(name: str) -> object:
        if name == "__version__":
            return import_module("importlib.metadata").version("phoenix-traces")
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
