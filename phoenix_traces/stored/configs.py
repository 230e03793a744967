"""The reading of the server's annotation configs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from phoenix_traces.protocol.answers import unexpected
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.protocol.steps import Steps
from phoenix_traces.rules.configs import (
    KNOWN_TYPES,
    AnnotationConfig,
    AnnotationConfigList,
    config_adapter,
)

_PAGE = 100


class _Page(BaseModel, frozen=True, extra="ignore", defer_build=True):
    data: list[dict[str, Any]]
    next_cursor: str | None = None


class _Single(BaseModel, frozen=True, extra="ignore", defer_build=True):
    data: AnnotationConfig


def list_configs(project_identifier: str | None) -> Steps[AnnotationConfigList]:
    """Ask for all configs, or those of one project, page by page."""
    path = "v1/annotation_configs"
    if project_identifier is not None:
        path = f"v1/projects/{quote(project_identifier, safe='')}/annotation_configs"
    found: AnnotationConfigList = []
    cursor: str | None = None
    while True:
        params = {"limit": str(_PAGE)} | ({} if cursor is None else {"cursor": cursor})
        response = yield Call("GET", path, params)
        try:
            page = _Page.model_validate_json(response.content)
            # A newer server may have kinds of config that did not exist when this was written.
            known = [each for each in page.data if each.get("type") in KNOWN_TYPES]
            found += [config_adapter().validate_python(each) for each in known]
        except ValidationError:
            raise _not_a_config(response) from None
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor


def get_config(name_or_id: str) -> Steps[AnnotationConfig]:
    """Ask for one config."""
    response = yield Call("GET", f"v1/annotation_configs/{quote(name_or_id, safe='')}")
    try:
        return _Single.model_validate_json(response.content).data
    except ValidationError:
        raise _not_a_config(response) from None


def _not_a_config(response: httpx.Response) -> Exception:
    return unexpected(response, "no annotation config that this version knows: check base_url")
