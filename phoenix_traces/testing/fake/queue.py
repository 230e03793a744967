"""The queue of annotations that were sent with `sync=false`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from phoenix_traces.testing.fake.messages import CrashedError
from phoenix_traces.testing.fake.store import Judgement, Key, Store

# The server's own: it looks for an unknown trace every 10 seconds, 60 times, and then no more.
RETRY_PAUSE = timedelta(seconds=10)
RETRIES = 60


@dataclass(frozen=True)
class QueuedAnnotation:
    """An annotation on its way.

    Attributes:
        since: When it was sent.
        due: When it is looked at next.
        retries_left: How often its trace is still looked for; None before the first time.
    """

    trace_id: str
    name: str
    identifier: str
    judgement: Judgement
    since: datetime
    due: datetime
    retries_left: int | None = None


class Queue:
    """The annotations that wait to be stored.

    Args:
        store: Where they are stored.
        delay: How long each waits at least.
    """

    def __init__(self, store: Store, delay: timedelta) -> None:
        self._store = store
        self._delay = delay
        self._waiting: list[QueuedAnnotation] = []

    def add(
        self, trace_id: str, name: str, identifier: str, judgement: Judgement, now: datetime
    ) -> None:
        """Take an annotation."""
        self._waiting.append(
            QueuedAnnotation(trace_id, name, identifier, judgement, now, now + self._delay)
        )

    def __len__(self) -> int:
        return len(self._waiting)

    def clear(self) -> None:
        """Lose what is in it, as a restart of the server does."""
        self._waiting.clear()

    def work_off(self, now: datetime) -> None:
        """Store what can be stored now."""
        due = [each for each in self._waiting if each.due <= now]
        self._waiting = [each for each in self._waiting if each.due > now]
        if not all(map(self._can_be_looked_up, due)):
            return  # the whole round fails, and is lost
        wins: dict[Key, QueuedAnnotation] = {}
        for each in due:
            trace = self._store.trace(each.trace_id)
            if trace is None:
                self._waiting += _postponed(each, now)
            else:
                key = Key(each.name, trace.rowid, each.identifier)
                if self._is_news(key, each):
                    wins.pop(key, None)  # the later of two comes last
                    wins[key] = each
        for key, each in wins.items():
            self._insert(key, each, now)

    def _can_be_looked_up(self, each: QueuedAnnotation) -> bool:
        texts = (each.trace_id, each.name, each.identifier)
        return all(map(self._store.database.takes_text, texts))

    def _is_news(self, key: Key, each: QueuedAnnotation) -> bool:
        there = self._store.annotation(key)
        return there is None or each.since > there.updated_at

    def _insert(self, key: Key, each: QueuedAnnotation, now: datetime) -> None:
        try:
            judgement = self._store.storable(key, each.judgement)
        except CrashedError:
            self._waiting.append(replace(each, due=now + RETRY_PAUSE))  # again and again
        else:
            created_at = self._store.database.stamp(now)
            self._store.upsert(key, judgement, created_at=created_at, updated_at=each.since)


def _postponed(each: QueuedAnnotation, now: datetime) -> list[QueuedAnnotation]:
    left = RETRIES if each.retries_left is None else each.retries_left - 1
    return [replace(each, due=now + RETRY_PAUSE, retries_left=left)] if left else []
