"""Annotation configs: reading and writing them, and assigning them to projects."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from phoenix_traces.testing.fake.annotating import NOTE, NOTES_SINCE
from phoenix_traces.testing.fake.body_models import (
    CategoricalAnnotationConfigData,
    CreateAnnotationConfigData,
    SetProjectAnnotationConfigsRequestBody,
)
from phoenix_traces.testing.fake.context import Context, check_number
from phoenix_traces.testing.fake.ids import global_id, parse_id, split_id
from phoenix_traces.testing.fake.json_values import is_array, is_object
from phoenix_traces.testing.fake.messages import (
    Answer,
    CrashedError,
    RefusedError,
    empty_answer,
    json_answer,
)
from phoenix_traces.testing.fake.query_models import PageQuery
from phoenix_traces.testing.fake.store import Config
from phoenix_traces.testing.fake.table_models import check_config
from phoenix_traces.testing.fake.validation import read_body, read_query

_KINDS = {
    "CATEGORICAL": "CategoricalAnnotationConfig",
    "CONTINUOUS": "ContinuousAnnotationConfig",
    "FREEFORM": "FreeformAnnotationConfig",
}
_NOT_FOUND = "Annotation configuration not found"
_NO_ID = "Invalid annotation configuration ID"
_TAKEN = "The name of the annotation configuration is already taken"
_RESERVED = (
    "The name 'note' is reserved for trace and span notes and cannot be used for annotation "
    "configs."
)
_OLD_RESERVED = "The name 'note' is reserved for span notes"


def list_configs(context: Context) -> Answer:
    """Answer `GET /v1/annotation_configs`."""
    query = read_query(context.request, PageQuery)
    newest = _start(query.cursor)
    return _page(context.store.configs.newest_first(), query.limit, newest)


def list_project_configs(context: Context, project_identifier: str) -> Answer:
    """Answer `GET /v1/projects/{project}/annotation_configs`."""
    query = read_query(context.request, PageQuery)
    newest = _start(query.cursor)
    project = context.project(project_identifier)
    configs = [
        each
        for each in context.store.configs.newest_first()
        if (project.rowid, each.rowid) in context.store.assigned
    ]
    return _page(configs, query.limit, newest)


def _start(cursor: str | None) -> int | None:
    if not cursor:
        return None
    try:
        kind, number = split_id(cursor)
    except ValueError as error:
        raise RefusedError(400, f"Invalid cursor: {cursor}") from error
    if kind not in _KINDS.values():
        raise RefusedError(400, f"Invalid cursor: {cursor}")
    return _crashing_number(number)


def _page(configs: Iterable[Config], limit: int, newest: int | None) -> Answer:
    check_number(limit + 1)
    found = [each for each in configs if newest is None or each.rowid <= newest]
    _check_readable(found[: limit + 1])
    page, rest = found[:limit], found[limit:]
    return json_answer(
        {
            "data": [_shown(each) for each in page],
            "next_cursor": _id_of(rest[0]) if rest else None,
        }
    )


def get_config(context: Context, config_identifier: str) -> Answer:
    """Answer `GET /v1/annotation_configs/{config}`."""
    return json_answer({"data": _shown(_find(context, config_identifier))})


def create_config(context: Context) -> Answer:
    """Answer `POST /v1/annotation_configs`."""
    body = _read(context)
    _check_table(body)
    _check_storable(context, body, itself=None)
    row = context.store.configs.add(lambda rowid: _config(rowid, body))
    return json_answer({"data": _shown(row)})


def update_config(context: Context, config_id: str) -> Answer:
    """Answer `PUT /v1/annotation_configs/{config}`."""
    body = _read(context)
    try:
        kind, number = split_id(config_id)
    except ValueError as error:
        raise CrashedError("an ID that is none") from error
    if kind not in _KINDS.values():
        raise RefusedError(400, _NO_ID)
    rowid = _crashing_number(number)
    _check_table(body)
    there = context.store.configs.get(rowid)
    if there is None:
        raise RefusedError(404, _NOT_FOUND)
    _check_readable([there])
    _check_storable(context, body, itself=rowid)
    row = _config(rowid, body)
    context.store.configs.put(row)
    return json_answer({"data": _shown(row)})


def delete_config(context: Context, config_id: str) -> Answer:
    """Answer `DELETE /v1/annotation_configs/{config}`."""
    try:
        kind, number = split_id(config_id)
    except ValueError as error:
        raise RefusedError(422, f"{_NO_ID} format: {config_id}") from error
    if kind not in _KINDS.values():
        raise RefusedError(400, _NO_ID)
    row = context.store.configs.get(_crashing_number(number))
    if row is None:
        raise RefusedError(404, _NOT_FOUND)
    _check_readable([row])
    context.store.configs.remove([row.rowid])
    context.store.assigned = {each for each in context.store.assigned if each[1] != row.rowid}
    return json_answer({"data": _shown(row)})


def assign_config(context: Context, project_identifier: str, config_identifier: str) -> Answer:
    """Answer `PUT /v1/projects/{project}/annotation_configs/{config}`."""
    project = context.project(project_identifier)
    row = _find(context, config_identifier)
    context.store.assigned.add((project.rowid, row.rowid))
    return json_answer({"data": _shown(row)})


def unassign_config(context: Context, project_identifier: str, config_identifier: str) -> Answer:
    """Answer `DELETE /v1/projects/{project}/annotation_configs/{config}`."""
    project = context.project(project_identifier)
    row = _find(context, config_identifier)
    context.store.assigned.discard((project.rowid, row.rowid))
    return empty_answer()


def set_project_configs(context: Context, project_identifier: str) -> Answer:
    """Answer `PUT /v1/projects/{project}/annotation_configs`."""
    body = read_body(context.body, SetProjectAnnotationConfigsRequestBody)
    wanted: set[int] = set()
    for config_id in body.annotation_config_ids:
        try:
            wanted.add(_config_number(config_id))
        except ValueError as error:
            raise RefusedError(422, f"{_NO_ID}: {config_id}") from error
    project = context.project(project_identifier)
    found = [each for each in context.store.configs.newest_first() if each.rowid in wanted]
    if len(found) < len(wanted):
        for number in wanted:
            check_number(number)
        raise RefusedError(422, "One or more annotation configurations were not found")
    _check_readable(found)
    others = {each for each in context.store.assigned if each[0] != project.rowid}
    context.store.assigned = others | {(project.rowid, each.rowid) for each in found}
    return json_answer({"data": [_shown(each) for each in found], "next_cursor": None})


def _find(context: Context, identifier: str) -> Config:
    configs = context.store.configs
    try:
        rowid = _config_number(identifier)
    except ValueError:
        context.database.check_text(identifier)
        found = next((each for each in configs if each.name == identifier), None)
    else:
        found = configs.get(check_number(rowid))
    if found is None:
        raise RefusedError(404, _NOT_FOUND)
    _check_readable([found])
    return found


def _check_readable(configs: Iterable[Config]) -> None:
    if not all(each.is_readable for each in configs):
        raise CrashedError("a config in the database that the server's own rules refuse")


def _config_number(config_id: str) -> int:
    kind, number = parse_id(config_id)
    if kind not in _KINDS.values():
        raise ValueError(config_id)
    return number


def _crashing_number(text: str) -> int:
    try:
        return check_number(int(text))
    except ValueError as error:
        raise CrashedError("an ID whose number is none") from error


def _read(context: Context) -> CreateAnnotationConfigData:
    body = read_body(context.body, CreateAnnotationConfigData)
    if body.root.name == NOTE:
        raise RefusedError(409, _RESERVED if context.version >= NOTES_SINCE else _OLD_RESERVED)
    return body


def _check_table(body: CreateAnnotationConfigData) -> None:
    try:
        check_config(body.root)
    except ValidationError as error:
        raise RefusedError(400, str(error)) from error


def _config(rowid: int, body: CreateAnnotationConfigData) -> Config:
    given = body.model_dump(mode="json")
    says = _finite(given)
    is_readable = given.get("threshold") is None or says["threshold"] is not None
    return Config(rowid, says.pop("name"), says, is_readable)


def _finite(value: Any) -> Any:
    """Return a value without the numbers that JSON does not have."""
    if is_object(value):
        return {name: _finite(each) for name, each in value.items()}
    if is_array(value):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _check_storable(
    context: Context, body: CreateAnnotationConfigData, *, itself: int | None
) -> None:
    given = body.root
    context.database.check_text(given.name, given.description)
    if isinstance(given, CategoricalAnnotationConfigData):
        context.database.check_text(*(each.label for each in given.values))
    if any(each.name == given.name and each.rowid != itself for each in context.store.configs):
        raise RefusedError(409, _TAKEN)


def _id_of(row: Config) -> str:
    return global_id(_KINDS[row.says["type"]], row.rowid)


def _shown(row: Config) -> dict[str, Any]:
    return {"name": row.name, **row.says, "id": _id_of(row)}
