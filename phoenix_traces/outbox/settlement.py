"""What the outcome of a round means for the annotations in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phoenix_traces.outbox.delivery import Delivered, RowOutcome
from phoenix_traces.outbox.entries import Entry
from phoenix_traces.outbox.pace import next_pause


@dataclass(frozen=True)
class Settled:
    """An annotation that is through: it leaves the file, with its words.

    Attributes:
        id: Its number in the file.
        status: "stored" or "kept_out".
        annotation_id: The server's, where it is stored.
        reason: Why it was kept out.
    """

    id: int
    status: str
    annotation_id: str
    reason: str


@dataclass(frozen=True)
class Refused:
    """An annotation that stays in the file and is not sent again of its own accord.

    Attributes:
        id: Its number in the file.
        status: "rejected" or "missing_trace".
        reason: In the server's words.
    """

    id: int
    status: str
    reason: str


@dataclass(frozen=True)
class Postponed:
    """An annotation that is to be sent later.

    Attributes:
        id: Its number in the file.
        pause: Seconds until then; 0 where the next round may take it.
        waited: Seconds of pauses for its trace in all, this one included.
        aside: Seconds for which it stood aside in all, this time included.
        reason: Why it was not stored.
    """

    id: int
    pause: float
    waited: float
    aside: float
    reason: str


@dataclass(frozen=True)
class Settlement:
    """What a round changes in the file."""

    settled: Sequence[Settled]
    refused: Sequence[Refused]
    postponed: Sequence[Postponed]


def settle(entries: Sequence[Entry], delivered: Delivered, *, max_wait: float) -> Settlement:
    """Return what a round changes in the file.

    Args:
        entries: What was sent.
        delivered: What became of it.
        max_wait: Seconds of pauses after which a trace is no longer waited for.
    """
    settled: list[Settled] = []
    refused: list[Refused] = []
    postponed: list[Postponed] = []
    for entry, outcome in zip(entries, delivered.outcomes, strict=True):
        if outcome.status in ("stored", "kept_out"):
            settled.append(Settled(entry.id, outcome.status, outcome.annotation_id, outcome.reason))
        elif outcome.status == "rejected" or _is_given_up(entry, outcome, max_wait):
            refused.append(Refused(entry.id, outcome.status, outcome.reason))
        else:
            postponed.append(_postponed(entry, outcome, delivered))
    return Settlement(settled, refused, postponed)


def _is_given_up(entry: Entry, outcome: RowOutcome, max_wait: float) -> bool:
    # By the pauses, and not by the clock: neither a clock that jumps nor hours in which Phoenix or
    # this program is down may end the waiting for a trace that nobody asked for meanwhile.
    return outcome.status == "missing_trace" and entry.waited >= max_wait


def _postponed(entry: Entry, outcome: RowOutcome, delivered: Delivered) -> Postponed:
    if outcome.status == "missing_trace":
        pause = next_pause(entry.waited)
        return Postponed(entry.id, pause, entry.waited + pause, entry.aside, outcome.reason)
    is_alone = len(delivered.outcomes) == 1
    if is_alone and delivered.trouble is not None and delivered.trouble.kind == "other":
        # It may be the one that makes the server fail, so the others are to go first.
        pause = next_pause(entry.aside)
        return Postponed(entry.id, pause, entry.waited, entry.aside + pause, outcome.reason)
    return Postponed(entry.id, 0.0, entry.waited, entry.aside, outcome.reason)
