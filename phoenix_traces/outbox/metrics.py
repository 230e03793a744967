"""Metrics of an outbox for OpenTelemetry, made by whatever provider a program hands over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from phoenix_traces.outbox.inventory import Inventory
from phoenix_traces.outbox.moments import Clock, age

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

_PREFIX = "phoenix_traces.outbox"


class Metrics:
    """What is measured of the sending; nothing unless there is a provider.

    Args:
        provider: Makes the instruments.
        inventory: What is in the file.
        clock: Tells the time.
    """

    def __init__(self, provider: MeterProvider | None, inventory: Inventory, clock: Clock) -> None:
        self._rows: Callable[[int, Mapping[str, str]], None] | None = None
        self._seconds: Callable[[float], None] | None = None
        if provider is None:
            return
        meter = provider.get_meter(_PREFIX)
        self._rows = meter.create_counter(
            f"{_PREFIX}.rows", unit="{row}", description="Annotations by what became of them"
        ).add
        self._seconds = meter.create_histogram(
            f"{_PREFIX}.send.duration", unit="s", description="Duration of a round of sending"
        ).record
        meter.create_observable_gauge(
            f"{_PREFIX}.size",
            callbacks=[_observed(lambda: _waiting(inventory))],
            unit="{row}",
            description="Annotations that wait to be sent",
        )
        meter.create_observable_gauge(
            f"{_PREFIX}.oldest.age",
            callbacks=[_observed(lambda: _oldest(inventory, clock))],
            unit="s",
            description="Age of the oldest annotation that waits to be sent",
        )

    def count(self, counts: Mapping[str, int]) -> None:
        """Take what became of the annotations of a round.

        Args:
            counts: Annotations by status.
        """
        if self._rows is not None:
            for status, rows in counts.items():
                self._rows(rows, {"status": status})

    def took(self, seconds: float) -> None:
        """Take how long a round of sending took.

        Args:
            seconds: From its first request to its last answer.
        """
        if self._seconds is not None:
            self._seconds(seconds)


def _observed(
    measure: Callable[[], float],
) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def observe(_options: CallbackOptions) -> Iterable[Observation]:
        # There is a provider, and so what it is made of.
        from opentelemetry.metrics import Observation

        return [Observation(measure())]

    return observe


def _waiting(inventory: Inventory) -> float:
    return inventory.totals().rows["waiting"]


def _oldest(inventory: Inventory, clock: Clock) -> float:
    put = inventory.oldest_put()
    return 0.0 if put is None else age(put, clock())
