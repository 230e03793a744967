"""The body of each method that writes annotation configs, for both kinds of client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from phoenix_traces.protocol.steps import StepByStep, Steps
from phoenix_traces.resources.operations import Operation
from phoenix_traces.rules.config_data import AnnotationConfigData
from phoenix_traces.rules.configs import AnnotationConfig
from phoenix_traces.stored import config_writing

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
