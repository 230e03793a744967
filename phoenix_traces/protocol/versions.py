"""Which Phoenix can do what, from the version that it names in each answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

import httpx

from phoenix_traces.errors import ServerTooOldError
from phoenix_traces.protocol.redaction import bare_response

HEADER = "x-phoenix-server-version"

Version: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True)
class Feature:
    """A feature that Phoenix has since a version."""

    name: str
    since: Version


READING_BY_IDENTIFIER = Feature("reading annotations by their identifiers", (15, 1, 0))
DELETING = Feature("deleting annotations", (15, 4, 0))
NOTES = Feature("writing notes on traces", (14, 13, 0))
NOTE_IDENTIFIERS = Feature("giving a note an identifier", (15, 7, 0))
WRITING_CONFIGS = Feature("writing annotation configs", (12, 0, 0))
SCORED_FREEFORM = Feature("a FREEFORM config that says something about its score", (16, 0, 0))
PROJECT_CONFIGS = Feature("annotation configs of a project", (17, 16, 0))
LISTING_TRACES = Feature("listing the traces of a project", (13, 15, 0))
TRACE_FILTERS = Feature("choosing traces by error or latency", (20, 8, 0))
TRACE_CONDITIONS = Feature("choosing traces by a filter condition", (20, 12, 0))


def server_version(response: httpx.Response) -> Version | None:
    """Return the version that an answer names; None where something left the header out."""
    found = re.match(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", response.headers.get(HEADER, ""))
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def too_old(response: httpx.Response, feature: Feature) -> ServerTooOldError | None:
    """Return the error that the server lacks a feature, or None if it has it or may have it."""
    version = server_version(response)
    if version is None or version >= feature.since:
        return None
    named, needed = _text(version), _text(feature.since)
    error = ServerTooOldError(
        f"{feature.name} needs Phoenix {needed} or newer, and this server is {named}",
        response=bare_response(response),
    )
    error.feature, error.required_version, error.server_version = feature.name, needed, named
    return error


def _text(version: Version) -> str:
    return ".".join(map(str, version))
