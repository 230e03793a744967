"""Late annotations: what Phoenix has is looked at first, and decides whether they are sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from phoenix_traces.outbox import fingerprints
from phoenix_traces.outbox.entries import Entry, parsed
from phoenix_traces.stored.lookup import Match

Overwrite: TypeAlias = Literal["always", "never", "not_human"]

_ONE_SECOND = 1.0


@dataclass(frozen=True)
class Guard:
    """What keeps a late annotation from replacing what is newer.

    Attributes:
        overwrite: As in `UploadOptions`.
        compare_after: The age in seconds from which an annotation is late.
        project_identifier: Where Phoenix is asked what it has.
    """

    overwrite: Overwrite = "not_human"
    compare_after: float = 5.0
    project_identifier: str = "default"

    def objection(
        self,
        entry: Entry,
        stored: Match,
        *,
        earliest_put: float,
        ours: Collection[bytes],
    ) -> str:
        """Return why an annotation must not replace a different one that Phoenix has, or "".

        Args:
            entry: The late annotation.
            stored: What Phoenix has under its key.
            earliest_put: How early it may have been put on the server's clock.
            ours: Fingerprints of what this outbox itself sent under the key.
        """
        if self.overwrite == "never":
            return f"Phoenix has one already ({stored.annotation_id})"
        annotation = parsed(entry.body)
        replaces_human = stored.annotator_kind == "HUMAN" != annotation["annotator_kind"]
        if self.overwrite == "not_human" and replaces_human:
            return f"Phoenix has a HUMAN judgement ({stored.annotation_id})"
        # An earlier put of ours may have been written after this one was put.
        if fingerprints.of_stored(annotation, stored.differences) in ours:
            return ""
        if _latest_update(stored) > earliest_put:
            return (
                f"what Phoenix has ({stored.annotation_id}) was updated later: {stored.updated_at}"
            )
        return ""


def _latest_update(stored: Match) -> float:
    # On SQLite, Phoenix keeps whole seconds and cuts the rest off.
    rest = 0.0 if stored.updated_at.microsecond else _ONE_SECOND
    return stored.updated_at.timestamp() + rest
