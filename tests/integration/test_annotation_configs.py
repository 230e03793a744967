"""Annotation configs of a real server, read and held against an upload."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from phoenix_traces import (
    AnnotationConfigExistsError,
    AnnotationConfigNotFoundError,
    AnnotationValidationError,
    Client,
    ContinuousAnnotationConfig,
    ProjectNotFoundError,
    annotation_type_from_config,
)
from phoenix_traces.testing.phoenix_process import PhoenixProcess
from tests.support.live import annotations_of, make_traces


def config_names(server: PhoenixProcess) -> tuple[str, str]:
    """Make a categorical and a continuous config, and return their names."""
    labels, bounds = f"labels-{uuid.uuid4().hex}", f"bounds-{uuid.uuid4().hex}"
    categorical = {
        "name": labels,
        "type": "CATEGORICAL",
        "optimization_direction": "MAXIMIZE",
        "values": [{"label": "right", "score": 1}, {"label": "wrong", "score": 0}],
    }
    continuous = {
        "name": bounds,
        "type": "CONTINUOUS",
        "optimization_direction": "MAXIMIZE",
        "lower_bound": 0,
        "upper_bound": 1,
    }
    for config in (categorical, continuous):
        url = f"{server.base_url}/v1/annotation_configs"
        httpx.post(url, json=config, timeout=30).raise_for_status()
    return labels, bounds


def test_configs_are_read_by_list_by_name_and_by_id(phoenix: PhoenixProcess) -> None:
    labels, bounds = config_names(phoenix)
    with Client(base_url=phoenix.base_url) as client:
        assert {labels, bounds} <= {config.name for config in client.annotation_configs.list()}
        config = client.annotation_configs.get(bounds)
        assert isinstance(config, ContinuousAnnotationConfig)
        assert (config.lower_bound, config.upper_bound) == (0, 1)
        assert client.annotation_configs.get(config.id) == config


def test_the_client_refuses_what_the_server_would_store_against_its_own_config(
    phoenix: PhoenixProcess,
) -> None:
    labels, _ = config_names(phoenix)
    (trace_id,) = make_traces(phoenix, 1)
    annotation = {
        "trace_id": trace_id,
        "name": labels,
        "annotator_kind": "LLM",
        "result": {"label": "rihgt"},
    }
    with Client(base_url=phoenix.base_url) as client:
        with pytest.raises(AnnotationValidationError):
            client.traces.log_trace_annotations(
                trace_annotations=[annotation], sync=True, validate_configs=True
            )
        assert annotations_of(phoenix, [trace_id]) == []
        client.traces.log_trace_annotations(trace_annotations=[annotation], sync=True)
    assert [stored["result"]["label"] for stored in annotations_of(phoenix, [trace_id])] == [
        "rihgt"
    ]


def test_a_configs_rubric_writes_what_the_server_stores(phoenix: PhoenixProcess) -> None:
    labels, _ = config_names(phoenix)
    (trace_id,) = make_traces(phoenix, 1)
    with Client(base_url=phoenix.base_url) as client:
        rubric = annotation_type_from_config(client.annotation_configs.get(labels))
        judged = rubric.model_validate(
            {"trace_id": trace_id, "annotator_kind": "HUMAN", "result": {"label": "right"}}
        )
        client.traces.log_trace_annotations(trace_annotations=[judged], sync=True)
    assert [stored["name"] for stored in annotations_of(phoenix, [trace_id])] == [labels]


PAGE = Path(__file__).parents[2] / "docs" / "annotation-configs.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_about_configs_runs(
    phoenix: PhoenixProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOENIX_ENDPOINT", phoenix.base_url)
    names: dict[str, Any] = {}
    examples = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    assert examples
    for example in examples:
        code = compile(example, str(PAGE), "exec", dont_inherit=True)
        exec(code, names)  # noqa: S102 - our own page
    assert names["stored"].values == names["tone"].values
    left = names["client"].annotation_configs.list()
    assert "tone" not in {config.name for config in left}
    names["client"].close()


def test_a_config_is_made_changed_assigned_and_deleted(phoenix: PhoenixProcess) -> None:
    name = f"a b/ü {uuid.uuid4().hex}"
    freeform = {"name": name, "type": "FREEFORM", "threshold": 0.5, "upper_bound": 3}
    with Client(base_url=phoenix.base_url) as client:
        configs = client.annotation_configs
        made = configs.create(freeform)
        with pytest.raises(AnnotationConfigExistsError, match="already taken"):
            configs.create(freeform)
        wider = configs.update(made.id, made.model_copy(update={"upper_bound": None}))
        assert wider == made.model_copy(update={"upper_bound": None})
        for _ in range(2):
            assert configs.assign(made.id, project_identifier="default") == wider
        assert wider in configs.list(project_identifier="default")
        with pytest.raises(ProjectNotFoundError):
            configs.assign(made.id, project_identifier="nothing")
        for _ in range(2):
            configs.unassign(made.id, project_identifier="default")
        assert wider not in configs.list(project_identifier="default")
        assert configs.delete(made.id) == wider
        for ask in (configs.get, configs.delete):
            with pytest.raises(AnnotationConfigNotFoundError):
                ask(made.id)
