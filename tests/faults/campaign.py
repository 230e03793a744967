"""Upload hundreds of frames through a proxy that breaks requests, and count what is lost.

    python -m tests.faults.campaign --seeds 100 --rows 2000

Every seed is uploaded by the default client and by the existing one, each process with a Phoenix of
its own. What a client says it stored, or everything when it says nothing went wrong, must be there.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from phoenix_traces.testing.phoenix_process import PhoenixProcess
from tests.faults.uploads import Case, Outcome, case_of, upload, upload_with_existing_client
from tests.support.live import make_traces

TRACES = 100
OURS, EXISTING = "phoenix_traces", "existing client"
COLUMNS = (
    "uploads",
    "completed",
    "rows missing",
    "doubled",
    "wrong",
    "accounted falsely",
    "faults",
)

Counts = dict[tuple[str, float], Counter[str]]


def counts_of(case: Case, outcome: Outcome) -> Counter[str]:
    """Count one upload; missing are rows of the input, however the upload ended."""
    counts = Counter(
        {
            "uploads": 1,
            "completed": outcome.error is None,
            "rows missing": outcome.missing(range(case.rows)),
            "doubled": outcome.doubled,
            "wrong": outcome.wrong,
            "faults": outcome.faults,
        }
    )
    if (report := outcome.report) is not None:
        # A queue may still be at work on what failed.
        unfounded = len(report.not_stored & outcome.there.keys()) if case.sync else 0
        counts["accounted falsely"] = (
            outcome.missing(sorted(report.stored | report.queued)) + unfounded
        )
    return counts


def run(cases: Sequence[Case]) -> Counts:
    """Upload one case after another to a Phoenix of their own."""
    logging.getLogger("httpx_retries").setLevel(logging.ERROR)
    counts: Counts = {}
    with PhoenixProcess() as phoenix:
        trace_ids = make_traces(phoenix, TRACES)
        for case in cases:
            outcomes = {
                OURS: upload(phoenix, case, trace_ids),
                EXISTING: upload_with_existing_client(phoenix, case, trace_ids),
            }
            for client, outcome in outcomes.items():
                found = counts_of(case, outcome)
                counts.setdefault((client, case.rate), Counter()).update(found)
                _tell(f"{case} {client}: {dict(found)} {outcome.seconds:.1f} s {outcome.error!r}")
    return counts


def _tell(what: str) -> None:
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.campaign", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="uploads at each rate")
    parser.add_argument("--rates", type=float, nargs="+", default=[0.1, 0.3])
    parser.add_argument("--rows", type=int, default=2000, help="rows of an upload")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    cases = [
        case_of(seed, rate, arguments.rows)
        for rate in arguments.rates
        for seed in range(arguments.seeds)
    ]
    # Cut by runs of four, so that every process has all four kinds.
    shares: list[list[Case]] = [[] for _ in range(arguments.processes)]
    for number, case in enumerate(cases):
        shares[number // 4 % arguments.processes].append(case)
    total: Counts = {}
    with ProcessPoolExecutor(arguments.processes, mp_context=get_context("spawn")) as pool:
        for counts in pool.map(run, shares):
            for key, found in counts.items():
                total.setdefault(key, Counter()).update(found)
    for (client, rate), found in sorted(total.items()):
        figures = ", ".join(f"{name} {found[name]}" for name in COLUMNS)
        sys.stdout.write(f"{client}, {rate:.0%} faults: {figures}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
