"""Rubrics: types of annotation that allow less than `TraceAnnotationData` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, cast, get_args, get_origin

from pydantic import AfterValidator, Field, create_model
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from phoenix_traces.rules.annotation import AnnotationResult, Text, TraceAnnotationData
from phoenix_traces.rules.configs import (
    AnnotationConfig,
    CategoricalAnnotationConfig,
    ContinuousAnnotationConfig,
)
from phoenix_traces.rules.fields import OptimizationDirection


def annotation_type_from_config(config: AnnotationConfig) -> type[TraceAnnotationData]:
    """Make a rubric of a server's config.

    CATEGORICAL asks for one of its labels, CONTINUOUS for a score within its bounds; FREEFORM keeps
    a score that is given within its bounds. The name is the config's and need not be given.

    Args:
        config: From `client.annotation_configs`.

    Raises:
        TypeError: when it is no config.
    """
    if not isinstance(config, get_args(get_args(AnnotationConfig)[0])):
        raise TypeError(
            f"config must be one of client.annotation_configs, not {type(config).__name__}"
        )
    title = "".join(part.capitalize() for part in config.name.split()) or "Config"
    result_type = create_model(
        f"{title}Result",
        __base__=AnnotationResult,
        __doc__=config.description or AnnotationResult.__doc__,
        **_result_fields(config),
    )
    rubric = create_model(
        title,
        __base__=TraceAnnotationData,
        __doc__=config.description or TraceAnnotationData.__doc__,
        name=(_choice([config.name]), _described("name", default=config.name)),
        result=(result_type, _described("result")),
    )
    if config.optimization_direction in get_args(OptimizationDirection):
        rubric.optimization_direction = cast("OptimizationDirection", config.optimization_direction)
    if isinstance(config, CategoricalAnnotationConfig):
        scores = {each.label: each.score for each in config.values}
        rubric.label_scores = {label: score for label, score in scores.items() if score is not None}
    return rubric


def _result_fields(config: AnnotationConfig) -> dict[str, Any]:
    if isinstance(config, CategoricalAnnotationConfig):
        labels = [value.label for value in config.values]
        return {"label": (_choice(labels), _described_result("label"))}
    bounds = Field(ge=config.lower_bound, le=config.upper_bound)
    if isinstance(config, ContinuousAnnotationConfig):
        return {"score": (Annotated[float, bounds], _described_result("score"))}
    return {"score": (Annotated[float | None, bounds], _described_result("score", default=None))}


@dataclass(frozen=True)
class OneOf:
    """A check that a text is one of a few, which are known only when the program runs."""

    allowed: tuple[str, ...]

    def __call__(self, value: str) -> str:
        """Return a text that is one of them."""
        if value not in self.allowed:
            raise PydanticCustomError(
                "not_a_choice",
                "is not one of {allowed}",
                {"allowed": ", ".join(map(repr, self.allowed))},
            )
        return value


def _choice(allowed: Sequence[str]) -> Any:
    check = AfterValidator(OneOf(tuple(allowed)))
    return Annotated[Text, check, Field(json_schema_extra={"enum": list(allowed)})]


def _described(name: str, **settings: Any) -> Any:
    return Field(description=TraceAnnotationData.model_fields[name].description, **settings)


def _described_result(name: str, **settings: Any) -> Any:
    return Field(description=AnnotationResult.model_fields[name].description, **settings)


def checked_annotation_type(value: object, name: str) -> type[TraceAnnotationData]:
    """Return a type of annotation as it was given.

    Args:
        value: What a caller gave.
        name: The argument, for the message.

    Raises:
        TypeError: when it is anything else.
    """
    if isinstance(value, type) and issubclass(value, TraceAnnotationData):
        return value
    given = value.__name__ if isinstance(value, type) else f"a value of {type(value).__name__}"
    raise TypeError(f"{name} must be TraceAnnotationData or a subclass of it, not {given}")


def fixed_fields(annotation_type: type[TraceAnnotationData]) -> dict[str, str]:
    """Return what a rubric leaves no choice about: a name or kind with one value, or a default."""
    found = {
        name: _only_value(annotation_type.model_fields[name]) for name in ("name", "annotator_kind")
    }
    return {name: value for name, value in found.items() if value is not None}


def _only_value(field: FieldInfo) -> str | None:
    if isinstance(field.default, str):
        return field.default
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    return choices[0] if len(choices) == 1 and isinstance(choices[0], str) else None


def result_type_of(annotation_type: type[TraceAnnotationData]) -> type[AnnotationResult]:
    """Return the type of a rubric's result.

    Raises:
        TypeError: when it is not one subclass of `AnnotationResult`.
    """
    kind = annotation_type.model_fields["result"].annotation
    if isinstance(kind, type) and issubclass(kind, AnnotationResult):
        return kind
    raise TypeError(
        f"{annotation_type.__name__}.result must be AnnotationResult or a subclass, not {kind}"
    )


Rubrics: TypeAlias = Mapping[str, type[TraceAnnotationData]]


def rubrics_from(configs: Sequence[AnnotationConfig]) -> dict[str, type[TraceAnnotationData]]:
    """Return the rubrics of configs by their annotations' name."""
    return {config.name: annotation_type_from_config(config) for config in configs}
