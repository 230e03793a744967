"""How the server reads a request, and what it answers when it is not as it should be: 422."""

from __future__ import annotations

import json
from collections.abc import Sequence
from email.message import Message
from typing import Any, Final, TypeVar, get_origin

from pydantic import BaseModel, ValidationError

from phoenix_traces.testing.fake.messages import (
    Answer,
    CrashedError,
    RefusedError,
    Request,
    json_answer,
)

ModelT = TypeVar("ModelT", bound=BaseModel)
BodyT = TypeVar("BodyT", bound=BaseModel)

# In the place of a body, which could be null.
NO_BODY: Final = object()


class InvalidError(Exception):
    """A request that is refused, and what is wrong with it.

    Args:
        detail: Each mistake as the server describes it.
    """

    def __init__(self, detail: Sequence[dict[str, Any]]) -> None:
        super().__init__()
        self.detail: list[dict[str, Any]] = list(detail)

    @property
    def answer(self) -> Answer:
        """The answer that names all of them.

        Raises:
            CrashedError: The server cannot repeat what was sent to it.
        """
        try:
            return json_answer({"detail": self.detail}, 422)
        except ValueError as error:
            raise CrashedError("an input that is no JSON") from error


def parsed_body(request: Request) -> object:
    """Return the body as JSON, or as it is when it does not say that it is JSON.

    Raises:
        InvalidError: It is no JSON.
        RefusedError: It cannot even be read as text.
    """
    if not request.content:
        return NO_BODY
    if not _says_json(request.headers.get("content-type")):
        return request.content
    try:
        parsed: object = json.loads(request.content)
    except json.JSONDecodeError as error:
        raise InvalidError(
            [
                {
                    "type": "json_invalid",
                    "loc": ["body", error.pos],
                    "msg": "JSON decode error",
                    "input": {},
                    "ctx": {"error": error.msg},
                }
            ]
        ) from error
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "There was an error parsing the body") from error
    return parsed


def _says_json(content_type: str | None) -> bool:
    if not content_type:
        return False
    message = Message()
    message["content-type"] = content_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )


def read_query(request: Request, model: type[ModelT]) -> ModelT:
    """Return the parameters.

    Raises:
        InvalidError: Some are wrong.
    """
    query, wrong = _query(request, model)
    if query is None:
        raise InvalidError(wrong)
    return query


def read_both(
    request: Request, query_model: type[ModelT], body: object, body_model: type[BodyT]
) -> tuple[ModelT, BodyT]:
    """Return the parameters and the body.

    Raises:
        InvalidError: Some part of them is wrong.
    """
    query, wrong = _query(request, query_model)
    try:
        read = read_body(body, body_model)
    except InvalidError as invalid:
        raise InvalidError([*wrong, *invalid.detail]) from None
    if query is None:
        raise InvalidError(wrong)
    return query, read


def read_body(body: object, model: type[BodyT]) -> BodyT:
    """Return the body.

    Raises:
        InvalidError: It is not as it should be.
        CrashedError: The server fails while it reads it.
    """
    if body is NO_BODY:
        raise InvalidError(
            [{"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}]
        )
    try:
        return model.model_validate(body, from_attributes=True)
    except ValidationError as error:
        raise InvalidError(_described(error, "body")) from None
    except TypeError as error:  # a field called "self"
        raise CrashedError("a field that is the name of an argument") from error


def _query(request: Request, model: type[ModelT]) -> tuple[ModelT | None, list[dict[str, Any]]]:
    given: dict[str, object] = {}
    for name, field in model.model_fields.items():
        values = request.params.get(name)
        if values:
            given[name] = list(values) if get_origin(field.annotation) is list else values[-1]
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        wrong = _described(error, "query")
    for each in wrong:
        if each["type"] == "missing":
            each["input"] = None
    return None, wrong


def _described(error: ValidationError, place: str) -> list[dict[str, Any]]:
    return [
        {**each, "loc": [place, *each["loc"]], "input": _shown(each["input"])}
        for each in error.errors(include_url=False)
    ]


def _shown(given: object) -> object:
    return given.decode(errors="strict") if isinstance(given, bytes) else given
