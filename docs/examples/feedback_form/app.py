"""Judge traces in a web page: the rubric, the backend, and the command that serves them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.staticfiles import StaticFiles
from pydantic import Field

from phoenix_traces import (
    AnnotationResult,
    AsyncTraces,
    PhoenixTracesError,
    PhoenixTransportError,
    TraceAnnotationData,
    json_schema,
)

HERE = Path(__file__).parent


class Verdict(AnnotationResult, frozen=True):
    """What a person says of an answer."""

    label: Literal["correct", "partly correct", "incorrect"] = Field(
        title="Verdict", description="Would the answer have helped the person who asked?"
    )
    score: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="From 0, useless, to 1, could not be better."
    )
    explanation: Annotated[str, Field(max_length=500)] | None = Field(
        default=None, title="Why?", description="What is wrong or missing, in a sentence or two."
    )


class Correctness(TraceAnnotationData, frozen=True):
    """Whether an answer is correct, as a person sees it."""

    name: Literal["correctness"] = "correctness"
    annotator_kind: Literal["HUMAN"] = "HUMAN"
    result: Verdict
    identifier: Annotated[str, Field(max_length=50)] = Field(
        title="Your name",
        description="Another reviewer's verdict then stands beside yours, not in its place.",
    )


def create_app(phoenix: httpx.AsyncClient, project: str) -> FastAPI:
    """Return the backend of the page.

    Args:
        phoenix: With Phoenix's address as its base URL.
        project: The Phoenix project whose traces are judged.
    """
    app = FastAPI(title="Answers to judge")

    @app.get("/schema")
    async def schema() -> dict[str, Any]:
        return json_schema(Correctness)

    @app.get("/traces")
    async def traces() -> list[dict[str, str]]:
        try:
            answer = await phoenix.get(f"v1/projects/{project}/spans", params={"parent_id": "null"})
            spans = answer.raise_for_status().json()["data"]
        except httpx.HTTPError as error:
            raise HTTPException(503, f"Phoenix does not list its traces: {error}") from error
        return [
            {
                "trace_id": span["context"]["trace_id"],
                "question": span["attributes"].get("input.value", span["name"]),
                "answer": span["attributes"].get("output.value", ""),
            }
            for span in reversed(spans)  # the newest comes first
        ]

    @app.post("/judgements")
    async def judge(judgement: Correctness) -> dict[str, str]:
        try:
            stored = await AsyncTraces(phoenix).log_trace_annotations(
                trace_annotations=[judgement], sync=True
            )
        except PhoenixTransportError as error:
            raise HTTPException(503, "Phoenix does not answer, so nothing was stored.") from error
        except PhoenixTracesError as error:
            raise HTTPException(502, f"Phoenix did not store it: {error}") from error
        return {"id": stored[0].id}

    app.mount("/dist", StaticFiles(directory=HERE / "dist"))
    app.mount("/", StaticFiles(directory=HERE / "page", html=True))
    return app


def serve(phoenix_url: str, project: str, port: int) -> None:
    """Serve the page until Ctrl-C."""
    # Without retries: a person who waits would rather be told.
    phoenix = httpx.AsyncClient(base_url=phoenix_url, timeout=10)
    print(f"Judge the answers at http://127.0.0.1:{port} and press Ctrl-C when you are done.")
    uvicorn.run(create_app(phoenix, project), host="127.0.0.1", port=port, log_level="warning")


def serve_demo(port: int) -> None:
    """Serve the page on a Phoenix started for it, with the demo's traces."""
    from phoenix_traces.demo.story import EXAMPLES
    from phoenix_traces.testing.phoenix_process import PhoenixProcess
    from phoenix_traces.testing.spans import send_traces, wait_for_traces

    project = "tidemark-support"
    print("Starting a real Phoenix on this machine; this takes 10 to 30 seconds ...")
    with PhoenixProcess() as server:
        trace_ids = send_traces(server.base_url, EXAMPLES, project_name=project)
        wait_for_traces(server.base_url, trace_ids, project_name=project)
        print(f"Phoenix itself is at {server.base_url}.")
        serve(server.base_url, project, port)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true", help="start a Phoenix with some traces")
    parser.add_argument("--phoenix", default="http://127.0.0.1:6006", help="address of a Phoenix")
    parser.add_argument("--project", default="default", help="project whose traces are judged")
    parser.add_argument("--port", type=int, default=8000, help="port of the page")
    options = parser.parse_args()
    if options.demo:
        serve_demo(options.port)
    else:
        serve(options.phoenix, options.project, options.port)
