"""The writing of the server's annotation configs, and their assignment to projects."""

from __future__ import annotations

from contextlib import suppress

from phoenix_traces.errors import (
    AnnotationConfigExistsError,
    AnnotationConfigNotFoundError,
    PhoenixStatusError,
)
from phoenix_traces.protocol.answers import config_error
from phoenix_traces.protocol.exchange import Call, Response
from phoenix_traces.protocol.steps import Steps
from phoenix_traces.protocol.versions import (
    PROJECT_CONFIGS,
    SCORED_FREEFORM,
    WRITING_CONFIGS,
    too_old,
)
from phoenix_traces.rules.config_data import (
    AnnotationConfigData,
    FreeformAnnotationConfigData,
    checked_config,
)
from phoenix_traces.rules.configs import AnnotationConfig
from phoenix_traces.rules.rubric_configs import RubricConfig
from phoenix_traces.stored.configs import config_in, list_configs
from phoenix_traces.stored.selection import path_part

_PATH = "v1/annotation_configs"


def new_config(config: object) -> Steps[AnnotationConfig]:
    """Return the steps that make a config.

    Raises:
        TypeError: when it is no config.
        AnnotationValidationError: when the server would not take it.
    """
    return _create(checked_config(config))


def _create(config: AnnotationConfigData) -> Steps[AnnotationConfig]:
    # Asked for its version: an older server would leave out what it does not know.
    about = yield Call("GET", _PATH, {"limit": "1"})
    refuse_old(about, config)
    return (yield from sent(config))


def changed_config(name_or_id: str, config: object) -> Steps[AnnotationConfig]:
    """Return the steps that put a config in the place of another.

    Raises:
        TypeError: when it is no config.
        AnnotationValidationError: when the server would not take it, or cannot be asked.
    """
    return _update(f"{_PATH}/{path_part('name_or_id', name_or_id)}", checked_config(config))


def _update(path: str, config: AnnotationConfigData) -> Steps[AnnotationConfig]:
    # The server changes and deletes by ID alone.
    about = yield from _asked(Call("GET", path))
    there = config_in(about)
    refuse_old(about, config)
    return (yield from sent(config, in_place_of=there))


def put_config(config: RubricConfig) -> Steps[AnnotationConfig]:
    """Return the steps that make or change the config of a rubric, where it is not so already."""
    there = yield from _named(config)
    try:
        return (yield from _put(config, there))
    except AnnotationConfigExistsError:
        # Someone else was faster; or else another error.
        there = yield from _named(config)
        if there is None:
            raise
    return (yield from _put(config, there))


def _named(config: RubricConfig) -> Steps[AnnotationConfig | None]:
    # Through the list, because a name may hold what cannot be part of a path.
    found = yield from list_configs(None)
    return next((each for each in found if each.name == config.said["name"]), None)


def _put(config: RubricConfig, there: AnnotationConfig | None) -> Steps[AnnotationConfig]:
    data = config.over(there)
    if there is not None and data.model_dump() == there.model_dump(exclude={"id"}):
        return there
    about = yield Call("GET", _PATH, {"limit": "1"})
    refuse_old(about, data)
    return (yield from sent(data, in_place_of=there))


def refuse_old(response: Response, config: AnnotationConfigData) -> None:
    """Raise where a server is too old to keep all that a config says.

    Raises:
        ServerTooOldError: naming what it lacks.
    """
    is_scored = isinstance(config, FreeformAnnotationConfigData) and not config.is_plain
    if old := too_old(response, SCORED_FREEFORM if is_scored else WRITING_CONFIGS):
        raise old


def sent(
    config: AnnotationConfigData, *, in_place_of: AnnotationConfig | None = None
) -> Steps[AnnotationConfig]:
    """Return the steps that send a config.

    Args:
        config: What to send.
        in_place_of: The config to change; None to make one.
    """
    content = config.model_dump_json(exclude_none=True).encode()
    if in_place_of is None:
        # Sent twice, it would be answered that the name is taken: by itself.
        call = Call("POST", _PATH, content=content, repeatable=False)
    else:
        path = f"{_PATH}/{path_part('id', in_place_of.id)}"
        call = Call("PUT", path, content=content)
    return config_in((yield from _asked(call)))


def deleted_config(name_or_id: str) -> Steps[AnnotationConfig]:
    """Return the steps that delete a config, and that return what it was.

    Raises:
        AnnotationValidationError: when it cannot be asked for.
    """
    return _delete(f"{_PATH}/{path_part('name_or_id', name_or_id)}")


def _delete(path: str) -> Steps[AnnotationConfig]:
    there = config_in((yield from _asked(Call("GET", path))))
    # Where it is gone by now, a first attempt or someone else was faster.
    with suppress(AnnotationConfigNotFoundError):
        yield from _asked(Call("DELETE", f"{_PATH}/{path_part('id', there.id)}"))
    return there


def assigned_config(name_or_id: str, project_identifier: str) -> Steps[AnnotationConfig]:
    """Return the steps that assign a config to a project.

    Raises:
        AnnotationValidationError: when either cannot be asked for.
    """
    return _assign(_assignment(name_or_id, project_identifier))


def _assign(path: str) -> Steps[AnnotationConfig]:
    response = yield from _asked_of_a_project(Call("PUT", path))
    return config_in(response)


def unassigned_config(name_or_id: str, project_identifier: str) -> Steps[None]:
    """Return the steps that take a config away from a project.

    Raises:
        AnnotationValidationError: when either cannot be asked for.
    """
    return _unassign(_assignment(name_or_id, project_identifier))


def _unassign(path: str) -> Steps[None]:
    yield from _asked_of_a_project(Call("DELETE", path))


def _assignment(name_or_id: str, project_identifier: str) -> str:
    project = path_part("project_identifier", project_identifier)
    return f"v1/projects/{project}/annotation_configs/{path_part('name_or_id', name_or_id)}"


def _asked_of_a_project(call: Call) -> Steps[Response]:
    # A server that lacks the path answers in one way or another.
    try:
        response = yield from _asked(call)
    except PhoenixStatusError as error:
        if error.status_code in (404, 405) and (old := too_old(error.response, PROJECT_CONFIGS)):
            raise old from None
        raise
    if old := too_old(response, PROJECT_CONFIGS):
        raise old
    return response


def _asked(call: Call) -> Steps[Response]:
    try:
        return (yield call)
    except PhoenixStatusError as error:
        raise config_error(error) from None
