"""The server's annotation configs: what a team agreed that an annotation of a name may hold.

The server shows them in its own forms and does not enforce them on annotations that are posted.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import quote

import httpx
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from phoenix_traces.answers import unexpected
from phoenix_traces.exchange import Call
from phoenix_traces.sending import AsyncConnection, SyncConnection, run, run_async
from phoenix_traces.steps import StepByStep, Steps

OptimizationDirection: TypeAlias = Literal["MINIMIZE", "MAXIMIZE", "NONE"]

_PAGE = 100


class _Config(BaseModel, frozen=True, extra="ignore", defer_build=True):
    id: str
    name: str
    description: str | None = None


class CategoricalAnnotationValue(BaseModel, frozen=True, extra="ignore", defer_build=True):
    """One of the labels to choose from, and the score that stands for it."""

    label: str
    score: float | None = None


class CategoricalAnnotationConfig(_Config, frozen=True):
    """A choice between labels."""

    type: Literal["CATEGORICAL"]
    optimization_direction: OptimizationDirection | None = None
    values: tuple[CategoricalAnnotationValue, ...]


class ContinuousAnnotationConfig(_Config, frozen=True):
    """A score, between bounds where they are given."""

    type: Literal["CONTINUOUS"]
    optimization_direction: OptimizationDirection | None = None
    lower_bound: float | None = None
    upper_bound: float | None = None


class FreeformAnnotationConfig(_Config, frozen=True):
    """Free text, with a score between bounds where they are given."""

    type: Literal["FREEFORM"]
    optimization_direction: OptimizationDirection | None = None
    threshold: float | None = None
    lower_bound: float | None = None
    upper_bound: float | None = None


AnnotationConfig: TypeAlias = Annotated[
    CategoricalAnnotationConfig | ContinuousAnnotationConfig | FreeformAnnotationConfig,
    Field(discriminator="type"),
]
AnnotationConfigList: TypeAlias = "list[AnnotationConfig]"

_KNOWN_TYPES = frozenset({"CATEGORICAL", "CONTINUOUS", "FREEFORM"})


@cache
def _config_adapter() -> TypeAdapter[AnnotationConfig]:
    return TypeAdapter(AnnotationConfig)


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
            known = [each for each in page.data if each.get("type") in _KNOWN_TYPES]
            found += [_config_adapter().validate_python(each) for each in known]
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


class AnnotationConfigs:
    """Read the server's annotation configs.

    Args:
        connection: To the server.

    Example:
        >>> from phoenix_traces import Client
        >>> with Client() as client:  # doctest: +SKIP
        ...     for config in client.annotation_configs.list():
        ...         print(config.name, config.type)
    """

    def __init__(self, connection: SyncConnection) -> None:
        self._connection = connection

    def list(self, *, project_identifier: str | None = None) -> AnnotationConfigList:
        """Return all configs, or those assigned to one project.

        Args:
            project_identifier: Name or ID.

        Raises:
            PhoenixStatusError: when the server refuses.
            PhoenixTransportError: when no whole answer came.
        """
        return run(self._connection, StepByStep(list_configs(project_identifier)))

    def get(self, name_or_id: str) -> AnnotationConfig:
        """Return one config.

        Args:
            name_or_id: As the server shows it.

        Raises:
            PhoenixStatusError: when there is none (404), or the server refuses.
            PhoenixTransportError: when no whole answer came.
        """
        return run(self._connection, StepByStep(get_config(name_or_id)))


class AsyncAnnotationConfigs:
    """Read the server's annotation configs; the same as `AnnotationConfigs`, but async.

    Args:
        connection: To the server.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list(self, *, project_identifier: str | None = None) -> AnnotationConfigList:
        """Return configs; the same as `AnnotationConfigs.list`, but async."""
        return await run_async(self._connection, StepByStep(list_configs(project_identifier)))

    async def get(self, name_or_id: str) -> AnnotationConfig:
        """Return one config; the same as `AnnotationConfigs.get`, but async."""
        return await run_async(self._connection, StepByStep(get_config(name_or_id)))
