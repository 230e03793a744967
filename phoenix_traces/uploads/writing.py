"""The choice of the exchange that writes: with requests that store, or through the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phoenix_traces.inputs.rows import Rows, RowT
from phoenix_traces.protocol.exchange import Exchange
from phoenix_traces.uploads.upload import Upload

if TYPE_CHECKING:
    from phoenix_traces.rules.annotation import InsertedTraceAnnotation
    from phoenix_traces.uploads.account import Account
    from phoenix_traces.uploads.options import UploadOptions


def writing(
    rows: Rows[RowT],
    *,
    sync: bool,
    options: UploadOptions | None = None,
    default_batch_size: int | None = None,
    account: Account | None = None,
) -> Exchange[list[InsertedTraceAnnotation]]:
    """Return the exchange that stores rows, without a guard.

    Args:
        rows: Checked already.
        sync: As in `Upload`.
        options: As in `Upload`.
        default_batch_size: As in `Upload`.
        account: As in `Upload`.
    """
    if options is None or options.via == "request" or not sync:
        return Upload(
            rows,
            sync=sync,
            options=options,
            default_batch_size=default_batch_size,
            account=account,
        )
    # It reads back, and so brings along all that reads.
    from phoenix_traces.uploads.queued import QueuedUpload

    return QueuedUpload(rows, options=options, account=account)
