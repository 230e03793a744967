"""The public classes for the server's annotation configs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from phoenix_traces.resources import config_operations, operations
from phoenix_traces.resources.perform import perform, perform_async
from phoenix_traces.transport.connection import AsyncConnection, SyncConnection

if TYPE_CHECKING:
    from phoenix_traces.resources.config_operations import OnUnsaid
    from phoenix_traces.rules.annotation import TraceAnnotationData
    from phoenix_traces.rules.config_data import AnnotationConfigData
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
            AnnotationConfigNotFoundError: when there is none (404).
            AuthenticationError: when the key is missing, wrong, or may not read.
            UnexpectedResponseError: when the answer is not Phoenix's, or the config is of a kind
                that this version does not know.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = client.annotation_configs.get("correctness")
            >>> config.name, config.type
            ('correctness', 'CATEGORICAL')
        """
        return perform(self._connection, operations.get_annotation_config(name_or_id))

    def create(
        self, config: AnnotationConfigData | AnnotationConfig | Mapping[str, Any]
    ) -> AnnotationConfig:
        """Make a config.

        It is checked before the first request. Not sent again without knowing what became of it:
        after a `PhoenixTransportError` it may be there.

        Args:
            config: What to write, as a model such as `CategoricalAnnotationConfigData`, or as a
                mapping of the server's names; or a config that was read, such as from another
                server, whose ID is left out.

        Returns:
            The config as it is stored, with its ID.

        Raises:
            AnnotationValidationError: when the server would not take it.
            AnnotationConfigExistsError: when another config has the name (409).
            ServerTooOldError: when the server would leave out what the config says of a FREEFORM
                score: Phoenix 16.0.0 is the first that keeps it.
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = client.annotation_configs.create(
            ...     {"name": "speed", "type": "CONTINUOUS", "lower_bound": 0, "upper_bound": 1}
            ... )
            >>> config.name, config.optimization_direction
            ('speed', 'NONE')
        """
        return perform(self._connection, config_operations.create(config))

    def update(
        self,
        name_or_id: str,
        config: AnnotationConfigData | AnnotationConfig | Mapping[str, Any],
    ) -> AnnotationConfig:
        """Put a config in the place of another, whose ID and projects stay.

        Nothing of the other stays that the new one does not say. A name of its own renames it;
        annotations keep the name that they have.

        Args:
            name_or_id: Of the config to change.
            config: What to write, as `create` takes it.

        Returns:
            The config as it is stored.

        Raises:
            AnnotationValidationError: when the server would not take it.
            AnnotationConfigNotFoundError: when there is none to change (404).
            AnnotationConfigExistsError: when another config has the new name (409).
            ServerTooOldError: when the server would leave out what the config says of a FREEFORM
                score: Phoenix 16.0.0 is the first that keeps it.
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, or the config to change is of
                a kind that this version does not know.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = client.annotation_configs.get("correctness")
            >>> config = config.model_copy(update={"description": "Is the answer right?"})
            >>> config = client.annotation_configs.update("correctness", config)
            >>> config.description
            'Is the answer right?'
        """
        return perform(self._connection, config_operations.update(name_or_id, config))

    def put(
        self, annotation_type: type[TraceAnnotationData], *, on_unsaid: OnUnsaid = "warn"
    ) -> AnnotationConfig:
        """Make or change the config of a rubric, so that Phoenix offers the same choices.

        Labels to choose from make it CATEGORICAL, a score that is asked for CONTINUOUS, and
        anything else FREEFORM. The name, the kind, the labels and the bounds are always the
        rubric's. Its docstring is the description, `optimization_direction` and `label_scores` are
        what the class says of them; where it says nothing, the config stays as it is. Nothing is
        written where it is equal already.

        Args:
            annotation_type: The rubric; its name must have one value.
            on_unsaid: What to do about rules that a config cannot say, such as a validator of the
                rubric's own: warn with `UnsaidRuleWarning`, raise, or nothing.

        Returns:
            The config as it is stored.

        Raises:
            AnnotationValidationError: when the server would not take the config, or with "raise"
                when it cannot say everything; nothing was sent.
            ServerTooOldError: when the server would leave out what the config says of a FREEFORM
                score: Phoenix 16.0.0 is the first that keeps it.
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came; to put it again does no harm.

        Examples:
            >>> from phoenix_traces import annotation_type_from_config
            >>> config = client.annotation_configs.get("correctness")
            >>> rubric = annotation_type_from_config(config)
            >>> config = client.annotation_configs.put(rubric)
            >>> [value.label for value in config.values]
            ['correct', 'incorrect']
        """
        return perform(
            self._connection, config_operations.put(annotation_type, on_unsaid=on_unsaid)
        )

    def delete(self, name_or_id: str) -> AnnotationConfig:
        """Delete a config, for every project that it is assigned to.

        Annotations stay as they are.

        Args:
            name_or_id: As Phoenix shows it.

        Returns:
            What was deleted.

        Raises:
            AnnotationValidationError: when it cannot be asked for.
            AnnotationConfigNotFoundError: when there is none (404).
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, or the config is of a kind
                that this version does not know.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = client.annotation_configs.delete("correctness")
            >>> config.name
            'correctness'
            >>> client.annotation_configs.list()
            []
        """
        return perform(self._connection, config_operations.delete(name_or_id))

    def assign(self, name_or_id: str, *, project_identifier: str) -> AnnotationConfig:
        """Assign a config to a project, so that Phoenix offers it for the project's traces.

        One that is assigned already stays so.

        Args:
            name_or_id: Of the config.
            project_identifier: Name or ID of the project.

        Returns:
            The config.

        Raises:
            AnnotationValidationError: when either cannot be asked for.
            AnnotationConfigNotFoundError: when there is no such config (404).
            ProjectNotFoundError: when there is no such project (404).
            ServerTooOldError: when the server is older than Phoenix 17.16.0.
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, or the config is of a kind
                that this version does not know.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = client.annotation_configs.assign(
            ...     "correctness", project_identifier="default"
            ... )
            >>> client.annotation_configs.list(project_identifier="default") == [config]
            True
        """
        return perform(
            self._connection,
            config_operations.assign(name_or_id, project_identifier=project_identifier),
        )

    def unassign(self, name_or_id: str, *, project_identifier: str) -> None:
        """Take a config away from a project; the config itself stays.

        One that is not assigned stays so.

        Args:
            name_or_id: Of the config.
            project_identifier: Name or ID of the project.

        Raises:
            AnnotationValidationError: when either cannot be asked for.
            AnnotationConfigNotFoundError: when there is no such config (404).
            ProjectNotFoundError: when there is no such project (404).
            ServerTooOldError: when the server is older than Phoenix 17.16.0.
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> project = "default"
            >>> client.annotation_configs.unassign("correctness", project_identifier=project)
            >>> client.annotation_configs.list(project_identifier="default")
            []
        """
        return perform(
            self._connection,
            config_operations.unassign(name_or_id, project_identifier=project_identifier),
        )


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
            AnnotationConfigNotFoundError: when there is none (404).
            AuthenticationError: when the key is missing, wrong, or may not read.
            UnexpectedResponseError: when the answer is not Phoenix's, or the config is of a kind
                that this version does not know.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = await client.annotation_configs.get("correctness")
            >>> config.name, config.type
            ('correctness', 'CATEGORICAL')
        """
        return await perform_async(self._connection, operations.get_annotation_config(name_or_id))

    async def create(
        self, config: AnnotationConfigData | AnnotationConfig | Mapping[str, Any]
    ) -> AnnotationConfig:
        """Make a config.

        It is checked before the first request. Not sent again without knowing what became of it:
        after a `PhoenixTransportError` it may be there.

        Args:
            config: What to write, as a model such as `CategoricalAnnotationConfigData`, or as a
                mapping of the server's names; or a config that was read, such as from another
                server, whose ID is left out.

        Returns:
            The config as it is stored, with its ID.

        Raises:
            AnnotationValidationError: when the server would not take it.
            AnnotationConfigExistsError: when another config has the name (409).
            ServerTooOldError: when the server would leave out what the config says of a FREEFORM
                score: Phoenix 16.0.0 is the first that keeps it.
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = await client.annotation_configs.create(
            ...     {"name": "speed", "type": "CONTINUOUS", "lower_bound": 0, "upper_bound": 1}
            ... )
            >>> config.name, config.optimization_direction
            ('speed', 'NONE')
        """
        return await perform_async(self._connection, config_operations.create(config))

    async def update(
        self,
        name_or_id: str,
        config: AnnotationConfigData | AnnotationConfig | Mapping[str, Any],
    ) -> AnnotationConfig:
        """Put a config in the place of another, whose ID and projects stay.

        Nothing of the other stays that the new one does not say. A name of its own renames it;
        annotations keep the name that they have.

        Args:
            name_or_id: Of the config to change.
            config: What to write, as `create` takes it.

        Returns:
            The config as it is stored.

        Raises:
            AnnotationValidationError: when the server would not take it.
            AnnotationConfigNotFoundError: when there is none to change (404).
            AnnotationConfigExistsError: when another config has the new name (409).
            ServerTooOldError: when the server would leave out what the config says of a FREEFORM
                score: Phoenix 16.0.0 is the first that keeps it.
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, or the config to change is of
                a kind that this version does not know.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = await client.annotation_configs.get("correctness")
            >>> config = config.model_copy(update={"description": "Is the answer right?"})
            >>> config = await client.annotation_configs.update("correctness", config)
            >>> config.description
            'Is the answer right?'
        """
        return await perform_async(self._connection, config_operations.update(name_or_id, config))

    async def put(
        self, annotation_type: type[TraceAnnotationData], *, on_unsaid: OnUnsaid = "warn"
    ) -> AnnotationConfig:
        """Make or change the config of a rubric, so that Phoenix offers the same choices.

        Labels to choose from make it CATEGORICAL, a score that is asked for CONTINUOUS, and
        anything else FREEFORM. The name, the kind, the labels and the bounds are always the
        rubric's. Its docstring is the description, `optimization_direction` and `label_scores` are
        what the class says of them; where it says nothing, the config stays as it is. Nothing is
        written where it is equal already.

        Args:
            annotation_type: The rubric; its name must have one value.
            on_unsaid: What to do about rules that a config cannot say, such as a validator of the
                rubric's own: warn with `UnsaidRuleWarning`, raise, or nothing.

        Returns:
            The config as it is stored.

        Raises:
            AnnotationValidationError: when the server would not take the config, or with "raise"
                when it cannot say everything; nothing was sent.
            ServerTooOldError: when the server would leave out what the config says of a FREEFORM
                score: Phoenix 16.0.0 is the first that keeps it.
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came; to put it again does no harm.

        Examples:
            >>> from phoenix_traces import annotation_type_from_config
            >>> config = await client.annotation_configs.get("correctness")
            >>> rubric = annotation_type_from_config(config)
            >>> config = await client.annotation_configs.put(rubric)
            >>> [value.label for value in config.values]
            ['correct', 'incorrect']
        """
        return await perform_async(
            self._connection, config_operations.put(annotation_type, on_unsaid=on_unsaid)
        )

    async def delete(self, name_or_id: str) -> AnnotationConfig:
        """Delete a config, for every project that it is assigned to.

        Annotations stay as they are.

        Args:
            name_or_id: As Phoenix shows it.

        Returns:
            What was deleted.

        Raises:
            AnnotationValidationError: when it cannot be asked for.
            AnnotationConfigNotFoundError: when there is none (404).
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, or the config is of a kind
                that this version does not know.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = await client.annotation_configs.delete("correctness")
            >>> config.name
            'correctness'
            >>> await client.annotation_configs.list()
            []
        """
        return await perform_async(self._connection, config_operations.delete(name_or_id))

    async def assign(self, name_or_id: str, *, project_identifier: str) -> AnnotationConfig:
        """Assign a config to a project, so that Phoenix offers it for the project's traces.

        One that is assigned already stays so.

        Args:
            name_or_id: Of the config.
            project_identifier: Name or ID of the project.

        Returns:
            The config.

        Raises:
            AnnotationValidationError: when either cannot be asked for.
            AnnotationConfigNotFoundError: when there is no such config (404).
            ProjectNotFoundError: when there is no such project (404).
            ServerTooOldError: when the server is older than Phoenix 17.16.0.
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, or the config is of a kind
                that this version does not know.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> config = await client.annotation_configs.assign(
            ...     "correctness", project_identifier="default"
            ... )
            >>> await client.annotation_configs.list(project_identifier="default") == [config]
            True
        """
        return await perform_async(
            self._connection,
            config_operations.assign(name_or_id, project_identifier=project_identifier),
        )

    async def unassign(self, name_or_id: str, *, project_identifier: str) -> None:
        """Take a config away from a project; the config itself stays.

        One that is not assigned stays so.

        Args:
            name_or_id: Of the config.
            project_identifier: Name or ID of the project.

        Raises:
            AnnotationValidationError: when either cannot be asked for.
            AnnotationConfigNotFoundError: when there is no such config (404).
            ProjectNotFoundError: when there is no such project (404).
            ServerTooOldError: when the server is older than Phoenix 17.16.0.
            AuthenticationError: when the key is missing, wrong, or may not write.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> project = "default"
            >>> await client.annotation_configs.unassign("correctness", project_identifier=project)
            >>> await client.annotation_configs.list(project_identifier="default")
            []
        """
        return await perform_async(
            self._connection,
            config_operations.unassign(name_or_id, project_identifier=project_identifier),
        )


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
AnnotationConfigs.__module__ = "phoenix_traces"
AsyncAnnotationConfigs.__module__ = "phoenix_traces"
