"""The settings of an outbox, checked when it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar, get_args

from phoenix_traces.errors import ConfigurationError
from phoenix_traces.inputs.flags import checked_flag
from phoenix_traces.outbox.files import Synchronous
from phoenix_traces.outbox.guard import Guard, Overwrite
from phoenix_traces.outbox.intake import Limits
from phoenix_traces.shown import shown, type_name
from phoenix_traces.stored.selection import annotations_path
from phoenix_traces.transport.arguments import checked_count, checked_seconds
from phoenix_traces.uploads.plan import DEFAULT_MAX_BATCH_BYTES

OnFull: TypeAlias = Literal["raise", "wait"]

DEFAULT_MAX_ROWS = 1_000_000
DEFAULT_MAX_BYTES = 1_000_000_000
DEFAULT_BATCH_SIZE = 100
DEFAULT_COMPARE_AFTER = 5.0
DEFAULT_MAX_WAIT = 3_600.0
DEFAULT_KEEP_REJECTED = 30 * 24 * 3_600.0


@dataclass(frozen=True)
class OutboxSettings:
    """What an outbox goes by.

    Attributes:
        limits: What its file may hold.
        waits_for_room: Whether a put waits when the file is full.
        batch_size: Most annotations in a round.
        max_batch_bytes: Most bytes in a request's body.
        guard: What late annotations must not replace.
        max_wait: Seconds of pauses after which a trace is no longer waited for.
        keep_rejected: Seconds for which annotations are kept that are not to be sent.
        synchronous: Whether every change is on the disk when it is made.
        rebind: Whether a file of another endpoint is taken over.
    """

    limits: Limits = field(default_factory=Limits)
    waits_for_room: bool = False
    batch_size: int = DEFAULT_BATCH_SIZE
    max_batch_bytes: int = DEFAULT_MAX_BATCH_BYTES
    guard: Guard = field(default_factory=Guard)
    max_wait: float = DEFAULT_MAX_WAIT
    keep_rejected: float = DEFAULT_KEEP_REJECTED
    synchronous: Synchronous = "full"
    rebind: bool = False


def checked_settings(
    *,
    max_rows: int | None,
    max_bytes: int | None,
    on_full: OnFull,
    batch_size: int,
    overwrite: Overwrite,
    compare_after: float,
    project_identifier: str,
    max_wait: float,
    keep_rejected: float,
    synchronous: Synchronous,
    rebind: bool,
) -> OutboxSettings:
    """Return the settings that a caller gave.

    Raises:
        ConfigurationError: naming the first that cannot work.
        AnnotationValidationError: when the project cannot be asked for.
    """
    annotations_path(project_identifier)
    return OutboxSettings(
        limits=Limits(
            None if max_rows is None else checked_count(max_rows, "max_rows", least=1),
            None if max_bytes is None else checked_count(max_bytes, "max_bytes", least=1),
        ),
        waits_for_room=_one_of(on_full, "on_full", get_args(OnFull)) == "wait",
        batch_size=checked_count(batch_size, "batch_size", least=1),
        guard=Guard(
            _one_of(overwrite, "overwrite", get_args(Overwrite)),
            checked_seconds(compare_after, "compare_after", is_zero_allowed=True),
            project_identifier,
        ),
        max_wait=checked_seconds(max_wait, "max_wait", is_zero_allowed=True),
        keep_rejected=checked_seconds(keep_rejected, "keep_rejected", is_zero_allowed=True),
        synchronous=_one_of(synchronous, "synchronous", get_args(Synchronous)),
        rebind=checked_flag(rebind, "rebind"),
    )


def checked_owner(client: object, kind: type) -> None:
    """Refuse what is no client of ours to send with.

    Args:
        client: What the caller gave.
        kind: What it must be, since the other kind fails only when it is first used.

    Raises:
        TypeError: when it is something else.
    """
    if not isinstance(client, kind):
        raise TypeError(f"client must be a phoenix_traces.{kind.__name__}, not {type_name(client)}")


_ChoiceT = TypeVar("_ChoiceT", bound=str)


def _one_of(value: _ChoiceT, name: str, choices: Sequence[str]) -> _ChoiceT:
    if not any(type(value) is str and value == choice for choice in choices):
        raise ConfigurationError(
            f"{name} must be {' or '.join(map(repr, choices))}, not {shown(value)}"
        )
    return value
