"""Write judgements of LLM traces to Arize Phoenix: strict, typed, sync and async."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from phoenix_traces.frames import trace_annotation_schema

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


def __getattr__(name: str) -> object:
    # pandas and pandera take most of a second to import, so they wait until they are asked for.
    if name == "trace_annotation_schema":
        from phoenix_traces.frames import trace_annotation_schema

        return trace_annotation_schema
    if name == "__version__":
        from importlib.metadata import version

        return version("phoenix-traces")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
