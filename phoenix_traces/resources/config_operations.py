"""The body of each method that writes annotation configs, for both kinds of client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, TypeVar, get_args

from phoenix_traces.errors import UnsaidRuleWarning
from phoenix_traces.protocol.steps import StepByStep, Steps
from phoenix_traces.resources.operations import Operation
from phoenix_traces.rules.annotation import TraceAnnotationData
from phoenix_traces.rules.config_data import AnnotationConfigData
from phoenix_traces.rules.configs import AnnotationConfig
from phoenix_traces.rules.rubric_configs import rubric_config
from phoenix_traces.rules.rubrics import checked_annotation_type
from phoenix_traces.stored import config_writing
from phoenix_traces.stored.selection import refused
from phoenix_traces.warn import warn_caller

OnUnsaid: TypeAlias = Literal["warn", "raise", "ignore"]

ResultT = TypeVar("ResultT")


def _carry_out(steps: Steps[ResultT]) -> Operation[ResultT]:
    result: ResultT = yield StepByStep(steps)
    return result


def create(
    config: AnnotationConfigData | AnnotationConfig | Mapping[str, Any],
) -> Operation[AnnotationConfig]:
    """Make a config."""
    return (yield from _carry_out(config_writing.new_config(config)))


def update(
    name_or_id: str, config: AnnotationConfigData | AnnotationConfig | Mapping[str, Any]
) -> Operation[AnnotationConfig]:
    """Put a config in the place of another."""
    return (yield from _carry_out(config_writing.changed_config(name_or_id, config)))


def put(
    annotation_type: type[TraceAnnotationData], *, on_unsaid: OnUnsaid
) -> Operation[AnnotationConfig]:
    """Make or change the config of a rubric."""
    if on_unsaid not in get_args(OnUnsaid):
        raise TypeError("on_unsaid must be 'warn', 'raise' or 'ignore'")
    config = rubric_config(checked_annotation_type(annotation_type, "annotation_type"))
    if config.unsaid and on_unsaid != "ignore":
        message = f"a config cannot say of {annotation_type.__name__}: {'; '.join(config.unsaid)}"
        if on_unsaid == "raise":
            raise refused("annotation_type", None, message)
        warn_caller(UnsaidRuleWarning(message))
    return (yield from _carry_out(config_writing.put_config(config)))


def delete(name_or_id: str) -> Operation[AnnotationConfig]:
    """Delete a config."""
    return (yield from _carry_out(config_writing.deleted_config(name_or_id)))


def assign(name_or_id: str, *, project_identifier: str) -> Operation[AnnotationConfig]:
    """Assign a config to a project."""
    steps = config_writing.assigned_config(name_or_id, project_identifier)
    return (yield from _carry_out(steps))


def unassign(name_or_id: str, *, project_identifier: str) -> Operation[None]:
    """Take a config away from a project."""
    steps = config_writing.unassigned_config(name_or_id, project_identifier)
    yield from _carry_out(steps)
