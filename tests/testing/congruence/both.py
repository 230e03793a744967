"""Ask the fake and the real server the same, and compare what they say."""

from __future__ import annotations

import re
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import httpx

from phoenix_traces.testing import FakePhoenix
from phoenix_traces.testing.fake.context import Version
from phoenix_traces.testing.fake_phoenix import NEWEST_KNOWN
from tests.testing.congruence.pool import SENTINEL, SENTINEL_PROJECT, fill_fake, fill_real
from tests.testing.congruence.scripts import Database, Script, Step

# The rest says how an answer travels: its date, its compression, and for how long it may be kept.
COMPARED_HEADERS = ("content-type", "allow", "x-phoenix-server-version", "www-authenticate")

_PLACEHOLDER = re.compile(r"@ID (\w+) (\d+)")  # of a kind whose name ends so
_ID_FIELDS = frozenset({"id", "project_id", "user_id", "next_cursor"})
_TIME_FIELDS = frozenset({"created_at", "updated_at"})
_MISSING = re.compile(r"Traces with IDs (.*) do not exist\.", re.DOTALL)
_MADE_UP = re.compile(r"px-trace-note:[0-9a-f-]{36}")
_ANNOTATED_PROJECTS = ("alpha", "beta")


class Side:
    """One of the two servers, with the IDs that it has shown.

    Args:
        open_client: Makes a client of it.
    """

    def __init__(self, open_client: Callable[[], httpx.Client]) -> None:
        self._open_client = open_client
        self.http = open_client()
        self._labels: dict[str, str] = {}
        self._seen: list[tuple[str, str]] = []
        self._cursor = ""
        self._times: list[str] = []

    def ask(self, step: Step) -> dict[str, Any]:
        """Send a request, and return its answer without what differs by chance."""
        content = self._fill(step.content.decode("latin-1")).encode("latin-1")
        path = quote(self._fill(step.path), safe="/%=")
        params = httpx.QueryParams([(name, self._fill(value)) for name, value in step.params])
        response = self.http.request(
            step.method, path, params=params, headers=step.headers, content=content
        )
        if response.status_code == 500:  # the server closes the connection
            self.http.close()
            self.http = self._open_client()
        return {
            "status": response.status_code,
            "headers": {name: response.headers.get(name) for name in COMPARED_HEADERS},
            "body": self._comparable(response),
        }

    def _fill(self, text: str) -> str:
        text = text.replace("@CURSOR", self._cursor)
        text = text.replace("@OLDEST", min(self._times, default="2000-01-01T00:00:00Z"))
        text = text.replace("@NEWEST", max(self._times, default="2000-01-01T00:00:00Z"))
        return _PLACEHOLDER.sub(lambda found: self._nth(found[1], int(found[2])), text)

    def _nth(self, kind: str, number: int) -> str:
        seen = [shown for name, shown in self._seen if name.endswith(kind)]
        return seen[number] if number < len(seen) else "none-yet"

    def _comparable(self, response: httpx.Response) -> Any:
        content_type = response.headers.get("content-type", "")
        if content_type.startswith("text/html"):
            return "a web page"
        if content_type == "application/json" and response.content:
            parsed = response.json()
            if isinstance(parsed, dict) and isinstance(parsed.get("next_cursor"), str):
                self._cursor = parsed["next_cursor"]
            return self._labelled(parsed)
        text = response.text
        if found := _MISSING.fullmatch(text):
            return ["missing", *sorted(found[1].split(", "))]
        return self._without_ids(text)

    def _labelled(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            # As pairs, since the order of fields is compared; but PostgreSQL orders metadata.
            pairs = [[key, self._labelled(each, key)] for key, each in value.items()]
            return ["object", *(sorted(pairs) if name == "metadata" else pairs)]
        if isinstance(value, list):
            return [self._labelled(each) for each in value]
        if isinstance(value, str) and name in _TIME_FIELDS:
            if name == "created_at":
                self._times.append(value)
            return "a time in whole seconds" if "." not in value else "a time"
        if isinstance(value, str) and name in _ID_FIELDS:
            return self._label(value)
        if isinstance(value, str):
            return self._without_ids(value)
        return [type(value).__name__, repr(value)]

    def _label(self, shown: str) -> str:
        kind, _, rest = b64decode(shown).decode().partition(":")
        if kind.isdigit():  # a cursor of traces: number, type and value of what they are sorted by
            return f"after {rest}"
        if shown not in self._labels:
            self._seen.append((kind, shown))
            self._labels[shown] = f"<{kind} {len(self._seen)}>"
        return self._labels[shown]

    def _without_ids(self, text: str) -> str:
        for shown, label in self._labels.items():
            if shown in text:
                text = text.replace(shown, label)
        return _MADE_UP.sub("an identifier that the server made up", text)

    def forget_ids(self) -> None:
        """Begin to count IDs and times anew."""
        self._labels.clear()
        self._seen.clear()
        self._times.clear()
        self._cursor = ""


@dataclass(frozen=True)
class Disagreement:
    """A step whose answers differ."""

    script: int
    number: int
    step: Step
    fake: Any
    real: Any

    def __str__(self) -> str:
        shown = replace(self.step, content=self.step.content[:600])
        where = f"script {self.script}, step {self.number}"
        return f"{where}: {shown}\nfake: {self.fake}\nreal: {self.real}"


class Both:
    """The real server, and a fake for each script.

    Args:
        base_url: Of the real server.
        database: Its database.
        version: Its version.

    Attributes:
        asked: How many requests there were about what.
    """

    def __init__(self, base_url: str, database: Database, version: Version = NEWEST_KNOWN) -> None:
        self._database: Database = database
        self._version = version
        self._real = Side(lambda: httpx.Client(base_url=base_url, timeout=60))
        self.asked: Counter[tuple[str, int]] = Counter()
        fill_real(self._real.http)
        self._delete_configs()  # a new server has one

    def close(self) -> None:
        """Hang up."""
        self._real.http.close()

    def play(self, script: Script, *, cleans_up: bool = True) -> Disagreement | None:
        """Ask both what a script asks, until they disagree.

        Args:
            script: It.
            cleans_up: Whether the real server is emptied for the next script.
        """
        phoenix = FakePhoenix(database=self._database, version=self._version)
        fill_fake(phoenix)
        fake = Side(lambda: httpx.Client(base_url=phoenix.base_url, transport=phoenix.transport()))
        self._real.forget_ids()
        try:
            return self._compare(fake, script)
        finally:
            if cleans_up:
                self._clean_up(script)

    def _compare(self, fake: Side, script: Script) -> Disagreement | None:
        for number, step in enumerate(script.steps):
            said = fake.ask(step)
            truth = self._real.ask(step)
            self.asked[step.about, truth["status"]] += 1
            if said != truth:
                return Disagreement(script.seed, number, step, said, truth)
            if step.settles and truth["status"] == 200 and step.content:
                self._settle()
        return None

    def _settle(self) -> None:
        """Wait until the real server has stored what was queued before."""
        http = self._real.http
        name = f"sentinel {time.monotonic_ns()}"
        row = {"trace_id": SENTINEL, "name": name, "annotator_kind": "CODE"}
        http.post("/v1/trace_annotations", json={"data": [row]}).raise_for_status()
        path = f"/v1/projects/{SENTINEL_PROJECT}/trace_annotations"
        deadline = time.monotonic() + 20
        question = {"trace_ids": SENTINEL, "include_annotation_names": name}
        while not http.get(path, params=question).json()["data"]:
            assert time.monotonic() < deadline, "the queue does not move"
            time.sleep(0.02)
        # So that the next row gets the number that it gets in the fake.
        http.delete(path, params={"delete_all": "true"})

    def _clean_up(self, script: Script) -> None:
        http = self._real.http
        about = {step.about for step in script.steps}
        if about & {"write annotations", "queue annotations", "write notes"}:
            for project in _ANNOTATED_PROJECTS:
                path = f"/v1/projects/{project}/trace_annotations"
                http.delete(path, params={"delete_all": "true"}).raise_for_status()
        if "write configs" in about:
            self._delete_configs()

    def _delete_configs(self) -> None:
        http = self._real.http
        for config in http.get("/v1/annotation_configs").json()["data"]:
            http.delete(f"/v1/annotation_configs/{config['id']}").raise_for_status()


def count_of(asked: Counter[tuple[str, int]]) -> str:
    """Return a table of what was asked and how often it was answered with which status."""
    rows: dict[str, dict[int, int]] = {}
    for (about, status), number in asked.items():
        rows.setdefault(about, {})[status] = number
    lines = [
        f"{about:26} " + "  ".join(f"{status}: {number}" for status, number in sorted(each.items()))
        for about, each in sorted(rows.items())
    ]
    return "\n".join([*lines, f"requests: {sum(asked.values())}"])
