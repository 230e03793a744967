"""The command `phoenix-traces schema`, which prints the JSON Schema of an annotation."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from phoenix_traces import (
    Client,
    PhoenixTracesError,
    TraceAnnotationData,
    annotation_row_type,
    annotation_type_from_config,
    json_schema,
)

TypeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--type", metavar="MODULE:CLASS", help="A rubric of yours, such as app.rubrics:Tone."
    ),
]
ConfigOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--config", metavar="NAME", help="An annotation config of the Phoenix server."),
]
FlatOption: TypeAlias = Annotated[
    bool, typer.Option("--flat", help="One flat row for each annotation, as tables have it.")
]
OutputOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--output", "-o", dir_okay=False, help="Write to this file, not to the terminal."),
]


def schema(
    type_: TypeOption = None,
    config: ConfigOption = None,
    flat: FlatOption = False,
    output: OutputOption = None,
) -> None:
    """Print the JSON Schema of an annotation, of a rubric, or of one of Phoenix's own configs."""
    if type_ is not None and config is not None:
        raise typer.BadParameter("--type and --config exclude each other")
    model = TraceAnnotationData
    if type_ is not None:
        model = _imported(type_)
    elif config is not None:
        model = _configured(config)
    document = json_schema(annotation_row_type(model) if flat else model)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"cannot write {output}: {error.strerror}") from None


def _imported(path: str) -> type[TraceAnnotationData]:
    module_name, _, class_name = path.partition(":")
    if not module_name or not class_name:
        raise typer.BadParameter(f"{path!r} is not MODULE:CLASS, such as app.rubrics:Tone")
    # Python itself looks there for `python -m`, and not for an installed command.
    sys.path.insert(0, str(Path.cwd()))
    try:
        model = getattr(import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise typer.BadParameter(f"cannot load {path}: {error}") from error
    if isinstance(model, type) and issubclass(model, TraceAnnotationData):
        return model
    raise typer.BadParameter(f"{path} is not a subclass of TraceAnnotationData")


def _configured(name: str) -> type[TraceAnnotationData]:
    try:
        with Client(max_retries=1) as client:
            return annotation_type_from_config(client.annotation_configs.get(name))
    except PhoenixTracesError as error:
        typer.echo(f"Cannot read the config {name!r}: {error}", err=True)
        raise typer.Exit(1) from None
