"""What of a rubric a server's annotation config can say, and what it cannot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, cast, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, PlainValidator, WrapValidator

from phoenix_traces.rules.annotation import AnnotationResult, TraceAnnotationData
from phoenix_traces.rules.config_data import AnnotationConfigData, checked_config
from phoenix_traces.rules.configs import AnnotationConfig, config_adapter
from phoenix_traces.rules.json_schema_rules import JsonSchema
from phoenix_traces.rules.rubrics import (
    OneOf,
    annotation_type_from_config,
    fixed_fields,
    result_type_of,
)
from phoenix_traces.shown import shown

# What describes a field and rules nothing.
_WORDS = frozenset({"title", "description", "examples", "default"})
_VALIDATORS = (AfterValidator, BeforeValidator, PlainValidator, WrapValidator)


@dataclass(frozen=True)
class RubricConfig:
    """A rubric as a config.

    Attributes:
        said: What it says, under the server's names; what it leaves open is not there.
        unsaid: Its rules that a config has no place for.
    """

    said: dict[str, Any]
    unsaid: tuple[str, ...]

    def over(self, there: AnnotationConfig | None) -> AnnotationConfigData:
        """Return what to write in the place of a config: what the rubric leaves open stays."""
        kept: dict[str, Any] = {} if there is None else there.model_dump(exclude={"id"})
        if kept.get("type") != self.said["type"]:
            shared = ("description", "optimization_direction")
            kept = {key: kept[key] for key in shared if key in kept}
        merged = {**kept, **self.said}
        if "values" in merged:
            scores = {each["label"]: each["score"] for each in kept.get("values", ())}
            merged["values"] = [
                {"score": scores.get(each["label"]), **each} for each in self.said["values"]
            ]
        if merged["type"] != "FREEFORM" and merged.get("optimization_direction") is None:
            merged["optimization_direction"] = "NONE"
        return checked_config(merged)


def rubric_config(rubric: type[TraceAnnotationData]) -> RubricConfig:
    """Return a rubric as a config.

    Raises:
        TypeError: when the rubric leaves a choice about its name, or says of its labels' scores
            what is not about its labels.
        AnnotationValidationError: when the server would not take the config.
    """
    name = fixed_fields(rubric).get("name")
    if name is None:
        raise TypeError(f"{rubric.__name__}.name must have one value, which names the config")
    said = {"name": name, **_said_of_result(rubric)}
    text = cleandoc(vars(rubric).get("__doc__") or "").partition("\n\nExample")[0]
    if text and rubric.__doc__ != TraceAnnotationData.__doc__:
        said["description"] = text
    if rubric.optimization_direction is not None:
        said["optimization_direction"] = rubric.optimization_direction
    data = RubricConfig(said, ()).over(None)
    stored = config_adapter().validate_python({"id": "", **data.model_dump()})
    return RubricConfig(said, tuple(_unsaid(rubric, annotation_type_from_config(stored))))


def _said_of_result(rubric: type[TraceAnnotationData]) -> dict[str, Any]:
    properties = _Rules(result_type_of(rubric)).properties
    label, score = properties["label"], properties["score"]
    labels = [each for each in label.get("enum", ()) if isinstance(each, str)]
    scores = rubric.label_scores
    if unknown := [each for each in scores or () if each not in labels]:
        raise TypeError(
            f"{rubric.__name__}.label_scores has {shown(unknown[0])}, which is none of its labels"
        )
    if labels:
        given: list[dict[str, Any]] = [{"label": each} for each in labels]
        if scores is not None:
            given = [{"label": each, "score": scores.get(each)} for each in labels]
        return {"type": "CATEGORICAL", "values": given}
    is_needed = "null" not in _types(score) and score.get("required", False)
    return {"type": "CONTINUOUS" if is_needed else "FREEFORM", **_bounds(score)}


def _bounds(score: JsonSchema) -> dict[str, float | None]:
    numbers = [each for each in score.get("enum", ()) if isinstance(each, (int, float))]
    low = score.get("minimum", score.get("exclusiveMinimum", min(numbers, default=None)))
    high = score.get("maximum", score.get("exclusiveMaximum", max(numbers, default=None)))
    if low is not None and high is not None and low >= high:
        low = high = None  # the server wants the one below the other
    return {"lower_bound": low, "upper_bound": high}


def _types(schema: JsonSchema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


class _Rules:
    """The rules about the fields of a model, by field, as its JSON Schema has them."""

    def __init__(self, model: type[BaseModel]) -> None:
        document = model.model_json_schema()
        self._types = cast("dict[str, JsonSchema]", document.get("$defs", {}))
        required = document.get("required", [])
        self.properties: dict[str, JsonSchema] = {
            name: {**self._flat(each), "required": name in required}
            for name, each in document["properties"].items()
        }

    def _flat(self, schema: JsonSchema) -> JsonSchema:
        rules = {key: value for key, value in schema.items() if key not in _WORDS}
        if "$ref" in rules:
            rules |= self._flat(self._types[rules.pop("$ref").rpartition("/")[2]])
        kinds = [self._flat(each) for each in rules.get("anyOf", ())]
        others = [each for each in kinds if each != {"type": "null"}]
        if len(others) == 1 and len(kinds) == 2:
            del rules["anyOf"]
            rules = {**others[0], **rules, "type": [*_types(others[0]), "null"]}
        if "const" in rules:
            rules["enum"] = [rules.pop("const")]
        if "enum" in rules:
            rules["enum"] = [each for each in rules["enum"] if each is not None]
        # What a float can hold is no bound of the rubric's.
        for key, most in (("minimum", -sys.float_info.max), ("maximum", sys.float_info.max)):
            if rules.get(key) == most:
                del rules[key]
        return rules


def _unsaid(
    rubric: type[TraceAnnotationData], as_config: type[TraceAnnotationData]
) -> Iterator[str]:
    pairs: tuple[tuple[str, type[BaseModel], type[BaseModel], type[BaseModel]], ...] = (
        ("", rubric, as_config, TraceAnnotationData),
        ("result.", result_type_of(rubric), result_type_of(as_config), AnnotationResult),
    )
    for above, ours, theirs, general in pairs:
        known = _Rules(theirs).properties
        for name, rules in _Rules(ours).properties.items():
            if name in ("name", "result"):
                continue
            if name not in known:
                yield f"{above}{name}: a field that annotations of a config do not have"
                continue
            for what in _differences(rules, known[name]):
                yield f"{above}{name}: {what}"
            if _has_validator(ours, name, general):
                yield f"{above}{name}: a validator of its own"
        for each in _own_validators(ours, general):
            yield f"{above}{each}: a validator of its own"


def _differences(rules: JsonSchema, known: JsonSchema) -> Iterator[str]:
    if rules["required"] != known["required"]:
        yield "is required" if rules["required"] else "may be left out"
    for key, value in rules.items():
        # A type that is wider by null is told by what is required.
        if key not in ("required", "type", "pattern") and value != known.get(key):
            yield f"{key} {shown(value)}"
    if rules.get("pattern") != known.get("pattern") and not rules.get("required"):
        yield f"pattern {shown(rules.get('pattern'))}"


def _has_validator(model: type[BaseModel], name: str, general: type[BaseModel]) -> bool:
    if name in general.model_fields:
        field, usual = model.model_fields[name], general.model_fields[name]
        if field.annotation == usual.annotation and field.metadata == usual.metadata:
            return False
    field = model.model_fields[name]
    return any(
        isinstance(each, _VALIDATORS) and not isinstance(each.func, OneOf)
        for each in (*field.metadata, *_inside(field.annotation))
    )


def _inside(annotation: object) -> Iterator[object]:
    """Yield what is annotated at any depth, such as in `Annotated[float, ...] | None`."""
    yield from getattr(annotation, "__metadata__", ())
    for each in get_args(annotation):
        yield from _inside(each)


def _own_validators(model: type[BaseModel], general: type[BaseModel]) -> Iterator[str]:
    usual = _validators(general)
    yield from (each for each, made in _validators(model).items() if usual.get(each) != made)


def _validators(model: type[BaseModel]) -> dict[str, object]:
    made = model.__pydantic_decorators__
    return {
        name: getattr(each.func, "__func__", each.func)
        for kind in (
            made.validators,
            made.field_validators,
            made.root_validators,
            made.model_validators,
        )
        for name, each in kind.items()
    }
