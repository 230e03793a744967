"""A rubric becomes a config, and the config a rubric again that accepts and refuses the same."""

from __future__ import annotations

import warnings
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, Field, ValidationError, create_model, field_validator

from phoenix_traces import (
    AnnotationConfig,
    AnnotationResult,
    AnnotationValidationError,
    CategoricalAnnotationConfig,
    Client,
    ServerTooOldError,
    TraceAnnotationData,
    UnsaidRuleWarning,
    annotation_type_from_config,
)
from phoenix_traces.rules.rubric_configs import rubric_config
from phoenix_traces.testing import FakePhoenix
from tests.support.rubrics import Consistent, Correctness

BOUNDED: Any = Annotated[float, Field(ge=0, le=1)]


class Toned(TraceAnnotationData, frozen=True):
    name: Literal["tone"] = "tone"


def rubric(*, doc: str | None = None, **fields: Any) -> type[TraceAnnotationData]:
    result = create_model("Result", __base__=AnnotationResult, **fields)
    return create_model("Rubric", __base__=Toned, __doc__=doc, result=(result, ...))


def put(client: Client, kind: type[TraceAnnotationData]) -> AnnotationConfig:
    return client.annotation_configs.put(kind, on_unsaid="ignore")


class Tone(Enum):
    KIND = "kind"
    RUDE = "rude"


@pytest.mark.parametrize("label", [Literal["kind", "rude"], Tone])
def test_choices_of_a_label_make_it_categorical(label: Any) -> None:
    config = put(FakePhoenix("t1").client(), rubric(label=(label, ...)))
    assert isinstance(config, CategoricalAnnotationConfig)
    assert [each.label for each in config.values] == ["kind", "rude"]


@pytest.mark.parametrize(
    ("score", "kind", "bounds"),
    [
        ((BOUNDED, ...), "CONTINUOUS", (0, 1)),
        ((float, ...), "CONTINUOUS", (None, None)),
        ((Annotated[float, Field(gt=0)], ...), "CONTINUOUS", (0, None)),
        ((BOUNDED | None, None), "FREEFORM", (0, 1)),
        ((float | None, None), "FREEFORM", (None, None)),
        ((Literal[1, 3], ...), "CONTINUOUS", (1, 3)),
        ((Annotated[float, Field(ge=1, le=1)], ...), "CONTINUOUS", (None, None)),
    ],
)
def test_a_score_makes_it_continuous_or_freeform(
    score: Any, kind: str, bounds: tuple[float | None, float | None]
) -> None:
    said = put(FakePhoenix("t1").client(), rubric(score=score)).model_dump()
    assert said["type"] == kind
    assert (said["lower_bound"], said["upper_bound"]) == bounds


class Judged(AnnotationResult, frozen=True):
    label: Literal["a", "b"] = Field(...)

    @field_validator("explanation")
    @classmethod
    def _is_short(cls, value: str | None) -> str | None:
        return value


def _same(value: float) -> float:
    return value


CHECKED: Any = Annotated[float, AfterValidator(_same)]


class Ruled(TraceAnnotationData, frozen=True):
    name: Literal["ruled"] = "ruled"
    result: Judged


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (Ruled, "result._is_short: a validator"),
        (Correctness, "annotator_kind: enum ['HUMAN']; result.score: "),
        (Consistent, "result._agrees: a validator"),
        (rubric(explanation=(str, ...)), "result.explanation: is required"),
        (rubric(label=(Literal["a"] | None, None)), "result.label: may be left out"),
        (rubric(grade=(int, 1)), "result.grade: a field"),
        (rubric(score=(Annotated[float, Field(gt=0)], ...)), "result.score: exclusiveMinimum 0"),
        (rubric(score=(Annotated[float, Field(multiple_of=5)], ...)), "multipleOf 5"),
        (rubric(score=(CHECKED, ...)), "result.score: a validator"),
        (
            rubric(score=(CHECKED | None, None)),
            "result.score: a validator",
        ),
    ],
)
def test_what_a_config_cannot_say_is_named(kind: type[TraceAnnotationData], named: str) -> None:
    phoenix = FakePhoenix("t1")
    client = phoenix.client()
    with pytest.raises(AnnotationValidationError, match="cannot say") as refused:
        client.annotation_configs.put(kind, on_unsaid="raise")
    assert named in str(refused.value)
    assert client.annotation_configs.list() == []
    with pytest.warns(UnsaidRuleWarning) as warned:
        client.annotation_configs.put(kind)
    assert len(warned) == 1
    assert warned[0].filename == __file__


def test_a_rubric_is_put_once_and_what_it_does_not_say_stays() -> None:
    client = FakePhoenix("t1").client()
    configs = client.annotation_configs
    plain = rubric(label=(Literal["kind", "rude"], ...))
    first = configs.put(plain)
    assert configs.put(plain) == first
    described = first.model_dump(exclude={"id"}) | {
        "description": "By hand.",
        "optimization_direction": "MAXIMIZE",
        "values": [{"label": "kind", "score": 1}, {"label": "gone", "score": 0}],
    }
    configs.update("tone", described)
    kept = configs.put(plain)
    assert isinstance(kept, CategoricalAnnotationConfig)
    assert (kept.id, kept.description, kept.optimization_direction) == (
        first.id,
        "By hand.",
        "MAXIMIZE",
    )
    assert [(each.label, each.score) for each in kept.values] == [("kind", 1), ("rude", None)]
    spoken = rubric(doc="Its tone.", label=(Literal["kind", "rude"], ...))
    spoken.optimization_direction = "MINIMIZE"
    spoken.label_scores = {"rude": 5}
    said = configs.put(spoken)
    assert isinstance(said, CategoricalAnnotationConfig)
    assert (said.description, said.optimization_direction) == ("Its tone.", "MINIMIZE")
    assert [each.score for each in said.values] == [None, 5]


def test_a_rubric_that_names_no_config_or_other_labels_is_refused() -> None:
    client = FakePhoenix("t1").client()
    with pytest.raises(TypeError, match=r"TraceAnnotationData\.name must have one value"):
        client.annotation_configs.put(TraceAnnotationData)
    other = rubric(label=(Literal["a"], ...))
    other.label_scores = {"b": 1}
    with pytest.raises(TypeError, match="'b', which is none of its labels"):
        client.annotation_configs.put(other)
    with pytest.raises(TypeError, match="annotation_type must be"):
        client.annotation_configs.put(5)  # type: ignore[arg-type]  # what a caller may do
    with pytest.raises(TypeError, match="on_unsaid must be"):
        client.annotation_configs.put(other, on_unsaid="no")  # type: ignore[arg-type]  # see above


def test_an_old_server_that_would_leave_out_bounds_is_told_of() -> None:
    client = FakePhoenix("t1", version=(15, 9, 0)).client()
    bounded = rubric(score=(BOUNDED | None, None))
    with pytest.raises(ServerTooOldError):
        client.annotation_configs.put(bounded)
    assert client.annotation_configs.list() == []


_NUMBERS = st.integers(-3, 3).map(float)
_LABELS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True)
_SCORES = st.tuples(st.none() | _NUMBERS, st.none() | _NUMBERS, st.booleans())


@st.composite
def sayable(draw: st.DrawFn) -> type[TraceAnnotationData]:
    """Rubrics all of whose rules a config can say."""
    if draw(st.booleans()):
        return rubric(
            doc=draw(st.none() | st.just("What.")), label=(Literal[tuple(draw(_LABELS))], ...)
        )
    low, high, is_needed = draw(_SCORES)
    if low is not None and high is not None and low >= high:
        high = None
    score: Any = Annotated[float, Field(ge=low, le=high)]
    return rubric(score=(score, ...) if is_needed else (score | None, None))


_RESULTS = st.fixed_dictionaries(
    {},
    optional={
        "label": st.none() | st.sampled_from(["a", "b", "c", "d", "e", " a ", ""]),
        "score": st.none() | st.floats(-4, 4) | _NUMBERS,
        "explanation": st.none() | st.sampled_from(["", "why"]),
    },
)


def _accepts(kind: type[TraceAnnotationData], result: dict[str, Any]) -> bool:
    try:
        kind.model_validate({"trace_id": "t1", "annotator_kind": "LLM", "result": result})
    except ValidationError:
        return False
    return True


@given(kind=sayable(), results=st.lists(_RESULTS, max_size=20))
def test_the_round_trip_accepts_and_refuses_the_same(
    kind: type[TraceAnnotationData], results: list[dict[str, Any]]
) -> None:
    client = FakePhoenix("t1").client()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        config = client.annotation_configs.put(kind)
        again = annotation_type_from_config(config)
        assert client.annotation_configs.put(again) == config
    assert rubric_config(again).unsaid == ()
    for result in results:
        # Without its own white space a choice is itself; a Literal takes it as it stands.
        if str(result.get("label") or "").strip() == (result.get("label") or ""):
            assert _accepts(kind, result) == _accepts(again, result), result
