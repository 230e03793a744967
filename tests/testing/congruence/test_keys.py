"""Keys, roles and users: the fake against a real server with authentication."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from phoenix_traces.testing import FakePhoenix
from phoenix_traces.testing.phoenix_process import PhoenixProcess
from tests.support.live import START_SECONDS, make_traces, plain_client

if TYPE_CHECKING:
    from collections.abc import Iterator

ADMIN_KEY = "admin-0123456789-abcdefghijklmnopqrstuvwxyz"
SETTINGS = {
    "PHOENIX_ENABLE_AUTH": "true",
    "PHOENIX_SECRET": "secret-0123456789-abcdefghijklmnopqrstuvwxyz",
    "PHOENIX_ADMIN_SECRET": ADMIN_KEY,
}
BEARER = {"authorization": f"Bearer {ADMIN_KEY}"}
JSON = {"content-type": "application/json"}
PROJECT = "tests"


@pytest.fixture(scope="module")
def guarded() -> Iterator[PhoenixProcess]:
    with PhoenixProcess(env=SETTINGS, start_timeout=START_SECONDS) as server:
        yield server


def key_of(server: PhoenixProcess, name: str, role: str) -> str:
    """Make a user of a role, and return an API key of theirs."""
    password = "Password-0123456789"
    user = {
        "email": f"{name}@example.com",
        "username": name,
        "role": role,
        "auth_method": "LOCAL",
        "password": password,
    }
    with plain_client(server, headers=BEARER) as admin:
        made = admin.post("/v1/users", json={"user": user, "send_welcome_email": False})
        made.raise_for_status()
    with plain_client(server) as client:
        login = {"email": user["email"], "password": password}
        client.post("/auth/login", json=login).raise_for_status()
        question = 'mutation { createUserApiKey(input: {name: "test"}) { jwt } }'
        answer = client.post("/graphql", json={"query": question}).raise_for_status().json()
    return str(answer["data"]["createUserApiKey"]["jwt"])


def test_keys_and_roles_are_answered_alike(guarded: PhoenixProcess) -> None:
    keys = {
        "admin": ADMIN_KEY,
        "member": key_of(guarded, "member", "MEMBER"),
        "other": key_of(guarded, "other", "MEMBER"),
        "viewer": key_of(guarded, "viewer", "VIEWER"),
    }
    (trace_id,) = make_traces(guarded, 1, headers=BEARER)
    with plain_client(guarded, headers=BEARER) as admin:  # a new server has one
        for config in admin.get("/v1/annotation_configs").json()["data"]:
            admin.delete(f"/v1/annotation_configs/{config['id']}").raise_for_status()
    phoenix = FakePhoenix(
        trace_id,
        project=PROJECT,
        api_keys={
            keys["admin"]: "admin",
            keys["member"]: "member",
            keys["other"]: "member",
            keys["viewer"]: "viewer",
        },
    )
    read = f"/v1/projects/{PROJECT}/trace_annotations?trace_ids={trace_id}"
    delete = f"/v1/projects/{PROJECT}/trace_annotations?delete_all=true"
    credentials = [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic eDp5"},
        {"authorization": ADMIN_KEY},
        {"api_key": ADMIN_KEY},
        *({"authorization": f"{scheme} {keys['admin']}"} for scheme in ("Bearer", "bearer")),
        *({"authorization": f"Bearer {keys[name]}"} for name in ("member", "other", "viewer")),
    ]
    asked = 0
    for headers, name in itertools.product(credentials, ("one", "note")):
        row = {"trace_id": trace_id, "name": name, "annotator_kind": "HUMAN"}
        requests: list[tuple[str, str, bytes]] = [
            ("POST", "/v1/trace_annotations?sync=true", body({"data": [row]})),
            ("POST", "/v1/trace_annotations?sync=true", b"{"),
            ("POST", "/v1/trace_annotations?sync=true", body({"data": [{}]})),
            ("POST", "/v1/trace_notes", body({"data": {"trace_id": trace_id, "note": "n"}})),
            ("GET", read, b""),
            ("GET", "/v1/projects/none/trace_annotations?limit=x", b""),
            ("GET", "/v1/annotation_configs", b""),
            ("PUT", f"/v1/projects/{PROJECT}/annotation_configs", b'{"annotation_config_ids":[]}'),
            ("GET", "/v1/nope", b""),
            ("POST", "/v1/nope", b""),
            ("GET", "/healthz", b""),
            ("DELETE", delete, b""),
            ("GET", read, b""),
        ]
        for method, path, content in requests:
            said = [
                answer(each, method, path, headers, content)
                for each in (
                    httpx.Client(base_url=guarded.base_url),
                    httpx.Client(base_url=phoenix.base_url, transport=phoenix.transport()),
                )
            ]
            assert said[0] == said[1], (headers, method, path)
            asked += 1
    assert asked == len(credentials) * 2 * 13


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def answer(
    http: httpx.Client, method: str, path: str, headers: dict[str, str], content: bytes
) -> tuple[int, Any, str, Any]:
    with http:
        got = http.request(method, path, headers={**JSON, **headers}, content=content)
    kind = got.headers["content-type"]
    challenge = got.headers.get("www-authenticate", "").replace(str(http.base_url).rstrip("/"), "")
    if kind == "application/json" and got.content:
        return got.status_code, challenge, kind, shape(got.json())
    return got.status_code, challenge, kind, "" if "html" in kind else got.text


def shape(value: Any) -> Any:
    """Return an answer without IDs and times; of a user is told whether there is one."""
    if isinstance(value, dict):
        return {
            name: name if name in ("id", "created_at", "updated_at", "identifier") else shape(each)
            for name, each in value.items()
            if name != "user_id"
        }
    return [shape(each) for each in value] if isinstance(value, list) else value
