"""What a real Phoenix answers to requests as such, which our errors and retries rely on."""

from __future__ import annotations

import gzip
import http.client
import json
from typing import TYPE_CHECKING

import pytest

from phoenix_traces import PhoenixStatusError
from phoenix_traces.testing.ports import HOST
from tests.support.annotations import annotation
from tests.support.live import PATH, make_traces, plain_client, post_raw
from tests.support.modes import Mode, both_modes, client_traces

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

JSON = {"content-type": "application/json"}
EMPTY = json.dumps({"data": []})


def test_a_wrong_path_is_a_405_to_post_and_a_web_page_to_get(phoenix: PhoenixProcess) -> None:
    with plain_client(phoenix) as client:
        assert client.post("/v1/trace_annotation", content=EMPTY, headers=JSON).status_code == 405
        assert client.post(f"{PATH}/", content=EMPTY, headers=JSON).status_code == 405
        page = client.get("/v1/trace_annotation")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


@both_modes
def test_a_base_url_that_is_not_the_root_is_an_error_that_says_so(
    phoenix: PhoenixProcess, mode: Mode
) -> None:
    traces = client_traces(mode, base_url=f"{phoenix.base_url}/wrong")
    with pytest.raises(PhoenixStatusError, match="base_url is its root") as caught:
        traces.add_trace_annotation(trace_id="any", annotation_name="a", score=1)
    assert caught.value.status_code == 405


def test_compressed_bodies_and_other_content_types_are_refused(phoenix: PhoenixProcess) -> None:
    with plain_client(phoenix) as client:
        packed = client.post(
            PATH, content=gzip.compress(EMPTY.encode()), headers=JSON | {"content-encoding": "gzip"}
        )
        assert packed.status_code == 400
        plain = client.post(PATH, content=EMPTY, headers={"content-type": "text/plain"})
        assert plain.status_code == 422


def test_the_server_itself_takes_a_body_of_several_megabytes(server: PhoenixProcess) -> None:
    (trace_id,) = make_traces(server, 1)
    row = annotation(trace_id, result={"explanation": "long " * 1_000_000})
    assert post_raw(server, json.dumps({"data": [row]})).status_code == 200


def test_a_body_that_is_cut_off_is_a_422_that_names_no_row(phoenix: PhoenixProcess) -> None:
    response = post_raw(phoenix, EMPTY[:-2])
    assert response.status_code == 422
    (detail,) = response.json()["detail"]
    assert detail["type"] == "json_invalid"
    assert detail["loc"][0] == "body"
    assert "data" not in detail["loc"]


def test_the_version_is_in_every_answer_but_a_500(phoenix: PhoenixProcess) -> None:
    with plain_client(phoenix) as client:
        version = client.get("/arize_phoenix_version").text
        assert client.get("/healthz").text == "OK"
        for response in (
            client.post(PATH, content=EMPTY, headers=JSON),
            client.post(PATH, content=EMPTY),
            client.post("/v1/wrong"),
        ):
            assert response.headers["x-phoenix-server-version"] == version
    broken = post_raw(phoenix, unstorable(phoenix))
    assert broken.status_code == 500
    assert "x-phoenix-server-version" not in broken.headers


def test_after_a_500_the_server_ends_the_connection_although_it_did_not_say_so(
    phoenix: PhoenixProcess,
) -> None:
    connection = http.client.HTTPConnection(HOST, phoenix.port, timeout=60)
    connection.request("POST", f"{PATH}?sync=true", unstorable(phoenix), JSON)
    broken = connection.getresponse()
    broken.read()
    assert broken.status == 500
    assert broken.getheader("connection") is None
    try:
        rest = connection.sock.recv(1)
    except ConnectionResetError:
        rest = b""
    assert rest == b""
    connection.close()


def unstorable(server: PhoenixProcess) -> str:
    """Return the body of a request that the server answers with a 500."""
    (trace_id,) = make_traces(server, 1)
    return json.dumps({"data": [annotation(trace_id, metadata={"value": 2**64})]})
