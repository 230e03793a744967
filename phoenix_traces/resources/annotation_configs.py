"""The public classes for the server's annotation configs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_traces.resources import operations
from phoenix_traces.resources.perform import perform, perform_async
from phoenix_traces.transport.connection import AsyncConnection, SyncConnection

if TYPE_CHECKING:
    from phoenix_traces.rules.configs import AnnotationConfig, AnnotationConfigList


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
        return perform(self._connection, operations.list_annotation_configs(project_identifier))

    def get(self, name_or_id: str) -> AnnotationConfig:
        """Return one config.

        Args:
            name_or_id: As the server shows it.

        Raises:
            PhoenixStatusError: when there is none (404), or the server refuses.
            PhoenixTransportError: when no whole answer came.
        """
        return perform(self._connection, operations.get_annotation_config(name_or_id))


class AsyncAnnotationConfigs:
    """Read the server's annotation configs; the same as `AnnotationConfigs`, but async.

    Args:
        connection: To the server.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list(self, *, project_identifier: str | None = None) -> AnnotationConfigList:
        """Return configs; the same as `AnnotationConfigs.list`, but async."""
        return await perform_async(
            self._connection, operations.list_annotation_configs(project_identifier)
        )

    async def get(self, name_or_id: str) -> AnnotationConfig:
        """Return one config; the same as `AnnotationConfigs.get`, but async."""
        return await perform_async(self._connection, operations.get_annotation_config(name_or_id))


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
AnnotationConfigs.__module__ = "phoenix_traces"
AsyncAnnotationConfigs.__module__ = "phoenix_traces"
