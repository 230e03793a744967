"""Scripts of requests, each drawn from a seed: what a client may ask, and what none should."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from tests.testing.congruence.pool import EMPTY_PROJECT, POOL, UNKNOWN_PROJECT

Database: TypeAlias = Literal["sqlite", "postgresql"]
Params: TypeAlias = "list[tuple[str, str]]"

JSON = {"content-type": "application/json"}
KINDS = ("LLM", "CODE", "HUMAN")
NAMES = ("tone", "correctness", "Töne ✓", "")
IDENTIFIERS = ("", "ana", "ben", "a b&c")
LABELS = ("good", "bad", "", " ", "正しい\n", None)
SCORES = (0, 1, -1, 0.5, 1e300, -0.0, 1e-7, True, False, "0.5", " 7 ", "1_0", "nan", None)
NAN = float("nan")

# What stands where something else is expected.
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -3, 1.5, 10**25, 10**400, NAN, float("inf"), "", "x", " "),
    *([], [1], {}, {"a": 1}, "ROBOT", "llm", "note", "0x1f", "\ud800", "a\0b"),
)
METADATA: tuple[Any, ...] = (
    *({}, None, {"a": 1}, {"a": {"b": [1, None, "x", True]}}, {"": ""}, {"z": 1, "a": 2}),
    *({"n": NAN, "i": [float("inf")]}, {"f": 0.1, "e": 1e-9, "w": 3.0}, {"z": -0.0}),
    *({"big": 2**64 - 1, "small": -(2**63)}, {"big": 2**64}, {"small": -(2**63) - 1}),
    *({"float": 1e16}, {"float": 1.5e300}, {"half": "\ud800"}, {"\ud800": 1}, {"nul": "a\0b"}),
    *([], "x", 3, {"a": "x" * 3000}),
)
# A field that is the name of an argument in the server.
STRANGE_FIELDS = ("labell", "self", "args", "id", "created_at")


@dataclass(frozen=True)
class Step:
    """A request. `@ID kind n` in it stands for the nth ID of a kind that was seen in answers.

    Attributes:
        settles: Whether what it leaves in the queue has to be stored before the next one.
        about: What it asks, for the table of what was compared.
    """

    method: str
    path: str
    params: Params = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    settles: bool = False
    about: str = ""


@dataclass(frozen=True)
class Script:
    """The requests of a seed."""

    seed: int
    steps: list[Step]


def script_of(seed: int) -> Script:
    """Return the script of a seed."""
    random = Random(seed)
    family = random.choices([_annotating, _configuring, _listing, _straying], [12, 5, 2, 2])[0]
    steps = [family(random) for _ in range(random.choice([2, 4, 6, 9]))]
    if family is _configuring:
        steps = [create(random) for _ in range(random.choice([0, 1, 3]))] + steps
    return Script(seed, steps)


# Annotations


def _annotating(random: Random) -> Step:
    kind = random.choices([write, read, delete, note, read_next], [8, 6, 3, 2, 2])[0]
    return kind(random)


def write(random: Random) -> Step:
    params: Params = []
    settles = True
    if random.random() < 0.75:
        params, settles = [("sync", random.choice(["true", "true", "1", "on", "Yes"]))], False
    elif random.random() < 0.3:
        params = [("sync", random.choice(["false", "0", "maybe", "", "TRUE "]))]
    if random.random() < 0.03:
        params += [("sync", random.choice(["true", "false", "x"]))]
        settles = True
    rows = [_row(random, queued=settles) for _ in range(random.choice([0, 1, 1, 1, 2, 3, 5]))]
    if settles:
        rows = [each for each in rows if _is_harmless(each)]
    content, headers = _body(random, {"data": rows})
    return Step(
        "POST",
        "/v1/trace_annotations",
        params,
        headers,
        content,
        settles=settles,
        about="queue annotations" if settles else "write annotations",
    )


def _row(random: Random, *, queued: bool = False) -> Any:
    row: dict[str, Any] = {
        "trace_id": _trace_id(random, 0.05),
        "name": random.choices([*NAMES, "note"], [9, 9, 3, 1, 0.2])[0],
        "annotator_kind": random.choice(KINDS),
        "result": _result(random),
    }
    if random.random() < 0.5:
        row["identifier"] = random.choice(IDENTIFIERS)
    if random.random() < 0.4:
        row["metadata"] = random.choice(METADATA[:9] if random.random() < 0.8 else METADATA)
    if random.random() < 0.07:
        _spoil(random, row)
    return random.choice(ODD) if random.random() < 0.01 else row


def _trace_id(random: Random, unknown: float) -> str:
    if random.random() < unknown:
        return random.choice(["f" * 32, "no such trace", "4BF92F", f"new-{random.random()}"])
    return random.choice(POOL).trace_id


def _result(random: Random) -> Any:
    if random.random() < 0.04:
        return random.choice([None, {}, [], "x", 1])
    result: dict[str, Any] = {}
    for name, values in (("label", LABELS), ("score", SCORES), ("explanation", LABELS)):
        if random.random() < 0.6:
            result[name] = random.choice(values)
    return result


def _spoil(random: Random, row: dict[str, Any]) -> None:
    place = random.choice([row, row["result"]]) if isinstance(row["result"], dict) else row
    names = list(place) or ["label"]
    how = random.choice(["drop", "odd", "odd", "odd", "extra"])
    if how == "drop":
        place.pop(random.choice(names), None)
    elif how == "extra":
        place[random.choice(STRANGE_FIELDS)] = random.choice(ODD[:10])
    else:
        place[random.choice([*names, "score", "identifier"])] = random.choice(ODD)


def _is_harmless(row: Any) -> bool:
    """Tell whether a queued row leaves other rows of its round alone."""
    text = json.dumps(row)
    return "\\ud800" not in text and "\\u0000" not in text and "18446744073709551616" not in text


def _body(random: Random, value: Any) -> tuple[bytes, dict[str, str]]:
    content = json.dumps(value).encode()
    chance = random.random()
    if chance < 0.94:
        return content, JSON
    return random.choice(
        [
            (content, {}),
            (content, {"content-type": "text/plain"}),
            (content, {"content-type": "application/vnd.api+json; charset=utf-8"}),
            (content[: len(content) // 2], JSON),
            (b"", JSON),
            (b"[]", JSON),
            (b"null", JSON),
            (b"{}", JSON),
            (b'{"data": null}', JSON),
            (b'{"data": {}}', JSON),
            (b"\xff", JSON),
            (content + b" ", JSON),
            (content + b"x", JSON),
            (content, {**JSON, "content-encoding": "gzip"}),
            (b"9" * 5_000, JSON),
            (b"[" * 5_000, JSON),
        ]
    )


def _quoted(text: str) -> str:
    """Return a part of a path; a placeholder stays as it is until it is filled."""
    return text if text.startswith("@") else quote(text, safe="")


def _project(random: Random) -> str:
    projects = ["alpha", "alpha", "alpha", "alpha", "beta", "beta", EMPTY_PROJECT]
    chosen = random.choice([*projects, "@ID Project 0", "@ID Project 1", UNKNOWN_PROJECT])
    if random.random() < 0.03:
        chosen = random.choice(["Ångström", "a b", "UHJvamVjdDo5OTk5OQ==", "VHJhY2U6MQ==", "A"])
    return _quoted(chosen)


def read(random: Random) -> Step:
    params: Params = []
    if random.random() < 0.85:
        count = random.choice([1, 1, 2, 4, 8])
        params += [("trace_ids", _trace_id(random, 0.15)) for _ in range(count)]
    if random.random() < 0.3:
        params += [("identifier", random.choice([*IDENTIFIERS[1:], *IDENTIFIERS]))]
    for name in ("include_annotation_names", "exclude_annotation_names"):
        if random.random() < 0.2:
            params += [(name, random.choice([*NAMES, "note"])) for _ in range(2)]
    if random.random() < 0.5:
        limits = ["1", "2", "3", "10", "10000", "10000", "0", "10001", "x", "", "1.0", " 2 ", "-1"]
        params += [("limit", random.choice(limits))]
    if random.random() < 0.08:
        cursors = ["x", "VHJhY2U6MQ==", "VHJhY2U6eA==", "VHJhY2U6OTk5OTk5OTk5OTk5OTk5OTk5OTk5", ""]
        params += [("cursor", random.choice(cursors))]
    if random.random() < 0.02:
        params += [("trace_ids", f"many-{number}") for number in range(1_001)]
    if random.random() < 0.02:
        params += [("identifier", f"many-{number}") for number in range(1_001)]
    path = f"/v1/projects/{_project(random)}/trace_annotations"
    return Step("GET", path, params, about="read annotations")


def read_next(random: Random) -> Step:
    """Go on where the last page ended, if there was one."""
    params: Params = [("trace_ids", each.trace_id) for each in POOL[:6]]
    params += [("limit", random.choice(["1", "2"])), ("cursor", "@CURSOR")]
    return Step("GET", "/v1/projects/alpha/trace_annotations", params, about="read annotations")


def delete(random: Random) -> Step:
    params: Params = []
    gate = random.random()
    if gate < 0.5:
        params += [("delete_all", random.choice(["true", "true", "true", "1", "false", "x"]))]
    if gate > 0.4:
        params += random.choice(
            [
                [("start_time", "2000-01-01T00:00:00Z"), ("end_time", "2100-01-01T00:00:00Z")],
                [("start_time", "2000-01-01"), ("end_time", "2001-01-01T00:00:00")],
                [("start_time", "2100-01-01T00:00:00Z"), ("end_time", "2000-01-01T00:00:00Z")],
                [("start_time", "2000-01-01T00:00:00+01:00")],
                [("end_time", "2100-01-01T00:00:00Z")],
                [("start_time", "yesterday"), ("end_time", "")],
                [("start_time", "@OLDEST"), ("end_time", "@NEWEST")],
                [("start_time", "2000-01-01T00:00:00Z"), ("end_time", "@OLDEST")],
                [("start_time", "@NEWEST"), ("end_time", "2100-01-01T00:00:00Z")],
                [],
            ]
        )
    if random.random() < 0.6:
        params += [("name", random.choice([*NAMES, "note", "other"]))]
    if random.random() < 0.3:
        params += [("identifier", random.choice(IDENTIFIERS))]
    if random.random() < 0.3:
        params += [("annotator_kind", random.choice([*KINDS, *KINDS, "ROBOT", ""]))]
    path = f"/v1/projects/{_project(random)}/trace_annotations"
    return Step("DELETE", path, params, about="delete annotations")


def note(random: Random) -> Step:
    data: dict[str, Any] = {
        "trace_id": random.choice([_trace_id(random, 0.1), f" {_trace_id(random, 0.1)}\n"]),
        "note": random.choice(["seen", " twice ", "", "  ", "ünicode ✓"]),
    }
    if random.random() < 0.6:
        data["identifier"] = random.choice([*IDENTIFIERS, None, 3])
    if random.random() < 0.1:
        data[random.choice([*data, "extra"])] = random.choice(ODD)
    content, headers = _body(random, {"data": data})
    return Step("POST", "/v1/trace_notes", [], headers, content, about="write notes")


# Annotation configs


def _configuring(random: Random) -> Step:
    choices = [list_configs, get_config, create, update, remove, assign, unassign, assign_all]
    return random.choices(choices, [3, 2, 6, 3, 2, 3, 2, 2])[0](random)


def _config_id(random: Random) -> str:
    if random.random() < 0.85:
        kind = random.choice(["Categorical", "Continuous", "Freeform", "", "", ""])
        return f"@ID {kind}AnnotationConfig {random.choice([0, 0, 0, 1])}"
    wrong = ["x", "UHJvamVjdDox", "Q2F0ZWdvcmljYWxBbm5vdGF0aW9uQ29uZmlnOjk5OTk=", "tone", "length"]
    return random.choice([*wrong, "RnJlZWZvcm1Bbm5vdGF0aW9uQ29uZmlnOng="])


def _config(random: Random) -> Any:
    kind = random.choice(["CATEGORICAL", "CONTINUOUS", "FREEFORM"])
    config: dict[str, Any] = {
        "name": random.choice(["tone", "length", "Töne", "a b", "", "x", "y", "z", "note"]),
        "type": kind,
        "optimization_direction": random.choice(["MINIMIZE", "MAXIMIZE", "NONE"]),
    }
    if random.random() < 0.4:
        config["description"] = random.choice(["what it says", "", None, "ünicode ✓", "a\0b"])
    bounds = [None, 0, 1, -1.5, 1e300, "2", NAN, True]
    if kind == "CATEGORICAL":
        labels = random.choice([["a", "b"], ["a"], [], ["a", "a"], ["", "b"], ["ä", "b", "c"]])
        config["values"] = [{"label": each, "score": random.choice(bounds)} for each in labels]
    else:
        for name in ("lower_bound", "upper_bound", "threshold"):
            if random.random() < 0.6:
                config[name] = random.choice(bounds)
    if random.random() < 0.12:
        config[random.choice([*config, "extra"])] = random.choice(ODD)
    elif random.random() < 0.1:
        config.pop(random.choice(list(config)))
    if config.get("threshold") in (float("inf"), NAN):
        # No request gets rid of such a config: with it each list is a 500.
        config["threshold"] = 0.5
    return config


def create(random: Random) -> Step:
    content, headers = _body(random, _config(random))
    return Step("POST", "/v1/annotation_configs", [], headers, content, about="write configs")


def update(random: Random) -> Step:
    content, headers = _body(random, _config(random))
    path = f"/v1/annotation_configs/{_quoted(_config_id(random))}"
    return Step("PUT", path, [], headers, content, about="write configs")


def remove(random: Random) -> Step:
    path = f"/v1/annotation_configs/{_quoted(_config_id(random))}"
    return Step("DELETE", path, about="write configs")


def get_config(random: Random) -> Step:
    path = f"/v1/annotation_configs/{_quoted(_config_id(random))}"
    return Step("GET", path, about="read configs")


def list_configs(random: Random) -> Step:
    params: Params = []
    if random.random() < 0.5:
        params += [("limit", random.choice(["1", "2", "100", "0", "x", str(2**70)]))]
    if random.random() < 0.4:
        cursor = random.choice(["@CURSOR", "@CURSOR", "x", "UHJvamVjdDox", _config_id(random)])
        params += [("cursor", cursor)]
    path = "/v1/annotation_configs"
    if random.random() < 0.5:
        path = f"/v1/projects/{_project(random)}/annotation_configs"
    return Step("GET", path, params, about="read configs")


def assign(random: Random) -> Step:
    config = _quoted(_config_id(random))
    path = f"/v1/projects/{_project(random)}/annotation_configs/{config}"
    return Step("PUT", path, about="assign configs")


def unassign(random: Random) -> Step:
    config = _quoted(_config_id(random))
    path = f"/v1/projects/{_project(random)}/annotation_configs/{config}"
    return Step("DELETE", path, about="assign configs")


def assign_all(random: Random) -> Step:
    ids = [_config_id(random) for _ in range(random.choice([0, 1, 1, 2]))]
    value: Any = {"annotation_config_ids": ids}
    if random.random() < 0.15:
        value = random.choice([{}, {"annotation_config_ids": None}, {"annotation_config_ids": [1]}])
    content, headers = _body(random, value)
    path = f"/v1/projects/{_project(random)}/annotation_configs"
    return Step("PUT", path, [], headers, content, about="assign configs")


# Projects and traces


def _listing(random: Random) -> Step:
    return random.choices([list_traces, list_projects, get_project], [6, 2, 1])[0](random)


def list_traces(random: Random) -> Step:
    times = ["2026-01-01T00:00:00Z", "2026-01-01T00:02:00+00:00", "2026-01-01T00:03:00", "x"]
    options: dict[str, list[str]] = {
        "start_time": times,
        "end_time": times,
        "sort": ["latency_ms", "start_time", "name"],
        "order": ["asc", "desc", "up"],
        "limit": ["1", "2", "3", "1000", "1001", "0"],
        "cursor": ["@CURSOR", "@CURSOR", "x", "MTo=", "UHJvamVjdDox"],
        "include_spans": ["true", "false", "x"],
        "session_identifier": ["s1", "s2", "", "none", "@ID Project 0"],
        "error": ["true", "false", "?"],
        "min_latency_ms": ["0", "1500.5", "60000", "-1", "nan"],
        "max_latency_ms": ["0", "1500.5", "60000", "inf", "x"],
        "filter": [""],
    }
    params: Params = []
    for name, values in options.items():
        if random.random() < 0.25:
            chosen = random.choice(values if random.random() < 0.15 else values[:2])
            params += [(name, chosen)]
    return Step("GET", f"/v1/projects/{_project(random)}/traces", params, about="list traces")


def list_projects(random: Random) -> Step:
    params: Params = [("name_contains", random.choice(["alpha", "ALPHA", "bet", "gam", "none"]))]
    if random.random() < 0.4:
        params += [("limit", random.choice(["1", "2", "0", "x"]))]
    if random.random() < 0.2:
        params += [("cursor", random.choice(["@CURSOR", "x", "UHJvamVjdDp4"]))]
    return Step("GET", "/v1/projects", params, about="list projects")


def get_project(random: Random) -> Step:
    return Step("GET", f"/v1/projects/{_project(random)}", about="list projects")


# What nobody should ask


def _straying(random: Random) -> Step:
    path = random.choice(
        [
            *("/", "/v1", "/v1/nope", "/v1/trace_annotations", "/v1/trace_annotations/"),
            *("/v1/projects/", "/v1/projects/alpha/trace_annotations/", "/phoenix/v1/projects"),
            *("/v1/projects/a%2Fb", "/v1/trace_notes", "/v1/traces", "/healthz"),
            *(
                "/arize_phoenix_version",
                "/v1/projects/alpha/nope",
                "//v1/projects",
                "/v1//projects",
            ),
        ]
    )
    method = random.choice(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
    # The paths of real handlers with their method have their own steps.
    if (method, path) in (("POST", "/v1/trace_annotations"), ("POST", "/v1/trace_notes")):
        method = "GET"
    content, headers = _body(random, {"data": []})
    if method in ("GET", "HEAD"):
        content, headers = b"", {}
    return Step(method, path, [], headers, content, about="wrong paths and methods")
