"""The public classes for the server's annotation configs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_traces.resources import operations
from phoenix_traces.resources.perform import perform, perform_async
from phoenix_traces.transport.connection import AsyncConnection, SyncConnection

if TYPE_CHECKING:
    from phoenix_traces.rules.configs import AnnotationConfig, AnnotationConfigList


class AnnotationConfigs:
    """The annotation configs of a Phoenix server: what its teams agreed that annotations hold.

    `Client` has one as `client.annotation_configs`.

    Args:
        connection: To the server.

    Examples:
        >>> [each.name for each in client.annotation_configs.list()]
        ['correctness']
    """

    def __init__(self, connection: SyncConnection) -> None:
        self._connection = connection

    def list(self, *, project_identifier: str | None = None) -> AnnotationConfigList:
        """Return all configs, or those assigned to one project.

        Args:
            project_identifier: Name or ID of the project; None for all configs.

        Returns:
            The configs of the kinds that this version knows; others are left out.

        Raises:
            ServerTooOldError: when the server has no configs of projects, which need Phoenix 17.16.
            AuthenticationError: when the key is missing, wrong, or may not read.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            PhoenixStatusError: when there is no such project (404), and for the server's other
                errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> for config in client.annotation_configs.list():
            ...     print(config.name, config.type)
            correctness CATEGORICAL
        """
        return perform(self._connection, operations.list_annotation_configs(project_identifier))

    def get(self, name_or_id: str) -> AnnotationConfig:
        """Return one config.

        Args:
            name_or_id: As Phoenix shows it.

        Returns:
            The config.

        Raises:
            PhoenixStatusError: when there is none (404), and for the server's other errors.
            AuthenticationError: when the key is missing, wrong, or may not read.
            UnexpectedResponseError: when the answer is not Phoenix's, or the config is of a kind
                that this version does not know.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = client.annotation_configs.get("correctness")
            >>> config.name, config.type
            ('correctness', 'CATEGORICAL')
        """
        return perform(self._connection, operations.get_annotation_config(name_or_id))


class AsyncAnnotationConfigs:
    """The annotation configs of a Phoenix server: what its teams agreed that annotations hold.

    `AsyncClient` has one as `client.annotation_configs`.

    Args:
        connection: To the server.

    Examples:
        >>> [each.name for each in await client.annotation_configs.list()]
        ['correctness']
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list(self, *, project_identifier: str | None = None) -> AnnotationConfigList:
        """Return all configs, or those assigned to one project.

        Args:
            project_identifier: Name or ID of the project; None for all configs.

        Returns:
            The configs of the kinds that this version knows; others are left out.

        Raises:
            ServerTooOldError: when the server has no configs of projects, which need Phoenix 17.16.
            AuthenticationError: when the key is missing, wrong, or may not read.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            PhoenixStatusError: when there is no such project (404), and for the server's other
                errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> for config in await client.annotation_configs.list():
            ...     print(config.name, config.type)
            correctness CATEGORICAL
        """
        return await perform_async(
            self._connection, operations.list_annotation_configs(project_identifier)
        )

    async def get(self, name_or_id: str) -> AnnotationConfig:
        """Return one config.

        Args:
            name_or_id: As Phoenix shows it.

        Returns:
            The config.

        Raises:
            PhoenixStatusError: when there is none (404), and for the server's other errors.
            AuthenticationError: when the key is missing, wrong, or may not read.
            UnexpectedResponseError: when the answer is not Phoenix's, or the config is of a kind
                that this version does not know.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = await client.annotation_configs.get("correctness")
            >>> config.name, config.type
            ('correctness', 'CATEGORICAL')
        """
        return await perform_async(self._connection, operations.get_annotation_config(name_or_id))


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
AnnotationConfigs.__module__ = "phoenix_traces"
AsyncAnnotationConfigs.__module__ = "phoenix_traces"
