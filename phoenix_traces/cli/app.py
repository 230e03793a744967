"""What `phoenix-traces` can do. Each command loads what it needs when it is called."""

from __future__ import annotations

import os
import signal
from importlib.metadata import version
from typing import Annotated

import typer

from phoenix_traces.cli.schema import schema

app: typer.Typer = typer.Typer(
    help="Annotate traces in Arize Phoenix.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_PARTS_OF_THE_EXTRA = ("opentelemetry", "rich")
_PROXIES = ("all_proxy", "http_proxy")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"phoenix-traces {version('phoenix-traces')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


app.command()(schema)


@app.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server up until Ctrl-C.")] = False,
) -> None:
    """Start a real Phoenix, annotate a dozen traces in it, and show the result."""
    try:
        from phoenix_traces.demo.run import run_demo
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _PARTS_OF_THE_EXTRA:
            raise
        typer.echo(
            f"The demo needs {error.name}, which is not installed. "
            'Install it with: pip install "phoenix-traces[demo]"',
            err=True,
        )
        raise typer.Exit(1) from None
    # Whoever ends us with SIGTERM ends the server too, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _forget_proxies()
    raise typer.Exit(run_demo(keep=keep))


def _forget_proxies() -> None:
    """Forget the proxies for plain HTTP: the demo talks to this machine only."""
    for name in list(os.environ):
        if name.lower() in _PROXIES:
            del os.environ[name]
