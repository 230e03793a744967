"""The reading of the server's annotation configs."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from phoenix_traces.errors import PhoenixStatusError
from phoenix_traces.protocol.answers import config_error, unexpected
from phoenix_traces.protocol.exchange import Call, Response
from phoenix_traces.protocol.paging import Pages
from phoenix_traces.protocol.steps import Steps
from phoenix_traces.protocol.versions import PROJECT_CONFIGS, Feature, too_old
from phoenix_traces.rules.configs import (
    KNOWN_TYPES,
    AnnotationConfig,
    AnnotationConfigList,
    config_adapter,
)
from phoenix_traces.stored.selection import path_part

_PAGE = 100


class _Page(BaseModel, frozen=True, extra="ignore", defer_build=True):
    data: list[dict[str, Any]]
    next_cursor: str | None = None


class _Single(BaseModel, frozen=True, extra="ignore", defer_build=True):
    data: AnnotationConfig


def list_configs(project_identifier: str | None) -> Steps[AnnotationConfigList]:
    """Return the steps that ask for all configs, or those of one project, page by page.

    Raises:
        AnnotationValidationError: when the project cannot be asked for.
    """
    if project_identifier is None:
        return _list("v1/annotation_configs")
    project = path_part("project_identifier", project_identifier)
    return _list(f"v1/projects/{project}/annotation_configs", PROJECT_CONFIGS)


def _list(path: str, feature: Feature | None = None) -> Steps[AnnotationConfigList]:
    found: AnnotationConfigList = []
    pages = Pages()
    cursor: str | None = None
    while True:
        params = {"limit": str(_PAGE)} | ({} if cursor is None else {"cursor": cursor})
        response = yield Call("GET", path, params)
        # A server that lacks the path answers with its web app.
        if feature is not None and (old := too_old(response, feature)):
            raise old
        try:
            page = _Page.model_validate_json(response.content)
            found += [
                config_adapter().validate_python(each) for each in page.data if _is_known(each)
            ]
        except ValidationError:
            raise _not_a_config(response) from None
        first_id = repr(page.data[0].get("id")) if page.data else None
        if endless := pages.refusal(response, first_id=first_id, next_cursor=page.next_cursor):
            raise endless
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor


def get_config(name_or_id: str) -> Steps[AnnotationConfig]:
    """Return the steps that ask for one config.

    Raises:
        AnnotationValidationError: when it cannot be asked for.
    """
    return _get(f"v1/annotation_configs/{path_part('name_or_id', name_or_id)}")


def _get(path: str) -> Steps[AnnotationConfig]:
    try:
        response = yield Call("GET", path)
    except PhoenixStatusError as error:
        raise config_error(error) from None
    return config_in(response)


def config_in(response: Response) -> AnnotationConfig:
    """Return the one config in an answer.

    Raises:
        UnexpectedResponseError: when it is none, or of a kind that this version does not know.
    """
    try:
        return _Single.model_validate_json(response.content).data
    except ValidationError:
        raise _not_a_config(response) from None


def _is_known(config: dict[str, Any]) -> bool:
    # A newer server may have kinds of config that did not exist when this was written.
    kind = config.get("type")
    return isinstance(kind, str) and kind in KNOWN_TYPES


def _not_a_config(response: Response) -> Exception:
    return unexpected(response, "no annotation config that this version knows: check base_url")
