"""Write judgements of LLM traces to Arize Phoenix: strict, typed, sync and async."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_traces.annotation_configs import (
        AnnotationConfig,
        AnnotationConfigs,
        AsyncAnnotationConfigs,
        CategoricalAnnotationConfig,
        CategoricalAnnotationValue,
        ContinuousAnnotationConfig,
        FreeformAnnotationConfig,
    )
    from phoenix_traces.async_traces import AsyncTraces
    from phoenix_traces.client import AsyncClient, Client
    from phoenix_traces.comparison import ComparedRow, Comparison, Confirmation
    from phoenix_traces.errors import (
        AnnotationValidationError,
        AuthenticationError,
        ConfigurationError,
        DuplicateAnnotationWarning,
        IncompleteUploadError,
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
    )
    from phoenix_traces.failures import AnnotationFailure
    from phoenix_traces.flat import AnnotationRow, annotation_row_type
    from phoenix_traces.frames import trace_annotation_schema
    from phoenix_traces.models import (
        AnnotateTracesRequestBody,
        AnnotateTracesResponseBody,
        AnnotationResult,
        AnnotatorKind,
        InsertedTraceAnnotation,
        TraceAnnotationData,
    )
    from phoenix_traces.options import UploadOptions
    from phoenix_traces.report import UploadFailure, UploadReport
    from phoenix_traces.rubrics import annotation_type_from_config
    from phoenix_traces.schema_document import json_schema
    from phoenix_traces.stored import StoredResult, TraceAnnotation, TraceNote
    from phoenix_traces.traces import Traces

    __version__: str

__all__ = [
    "AnnotateTracesRequestBody",
    "AnnotateTracesResponseBody",
    "AnnotationConfig",
    "AnnotationConfigs",
    "AnnotationFailure",
    "AnnotationResult",
    "AnnotationRow",
    "AnnotationValidationError",
    "AnnotatorKind",
    "AsyncAnnotationConfigs",
    "AsyncClient",
    "AsyncTraces",
    "AuthenticationError",
    "CategoricalAnnotationConfig",
    "CategoricalAnnotationValue",
    "Client",
    "ComparedRow",
    "Comparison",
    "ConfigurationError",
    "Confirmation",
    "ContinuousAnnotationConfig",
    "DuplicateAnnotationWarning",
    "FreeformAnnotationConfig",
    "IncompleteUploadError",
    "InsertedTraceAnnotation",
    "PhoenixHTTPError",
    "PhoenixStatusError",
    "PhoenixTracesError",
    "PhoenixTransportError",
    "ProjectNotFoundError",
    "ServerTooOldError",
    "ServerValidationError",
    "SkippedAnnotationWarning",
    "StoredResult",
    "TraceAnnotation",
    "TraceAnnotationData",
    "TraceNotFoundError",
    "TraceNote",
    "Traces",
    "UnexpectedResponseError",
    "UploadFailure",
    "UploadOptions",
    "UploadReport",
    "annotation_row_type",
    "annotation_type_from_config",
    "json_schema",
    "trace_annotation_schema",
]

# Where each name is imported from when it is first asked for. A program that only passes this
# package on, or needs one error or model of it, does not wait for httpx, pydantic or pandas.
_HOMES = {
    "annotation_configs": (
        "AnnotationConfig",
        "AnnotationConfigs",
        "AsyncAnnotationConfigs",
        "CategoricalAnnotationConfig",
        "CategoricalAnnotationValue",
        "ContinuousAnnotationConfig",
        "FreeformAnnotationConfig",
    ),
    "async_traces": ("AsyncTraces",),
    "client": (
        "AsyncClient",
        "Client",
    ),
    "comparison": (
        "ComparedRow",
        "Comparison",
        "Confirmation",
    ),
    "errors": (
        "AnnotationValidationError",
        "AuthenticationError",
        "ConfigurationError",
        "DuplicateAnnotationWarning",
        "IncompleteUploadError",
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
    ),
    "failures": ("AnnotationFailure",),
    "flat": (
        "AnnotationRow",
        "annotation_row_type",
    ),
    "frames": ("trace_annotation_schema",),
    "models": (
        "AnnotateTracesRequestBody",
        "AnnotateTracesResponseBody",
        "AnnotationResult",
        "AnnotatorKind",
        "InsertedTraceAnnotation",
        "TraceAnnotationData",
    ),
    "options": ("UploadOptions",),
    "report": (
        "UploadFailure",
        "UploadReport",
    ),
    "rubrics": ("annotation_type_from_config",),
    "schema_document": ("json_schema",),
    "stored": (
        "StoredResult",
        "TraceAnnotation",
        "TraceNote",
    ),
    "traces": ("Traces",),
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
