"""The choice of the exchange for an upload, by the options."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phoenix_traces.errors import ConfigurationError
from phoenix_traces.inputs.rows import Rows, RowT
from phoenix_traces.protocol.exchange import Exchange
from phoenix_traces.uploads.writing import writing

if TYPE_CHECKING:
    from phoenix_traces.errors import PhoenixHTTPError
    from phoenix_traces.rules.annotation import InsertedTraceAnnotation
    from phoenix_traces.uploads.options import UploadOptions
    from phoenix_traces.uploads.progress import Progress


def check_progress(progress: object) -> None:
    """Refuse a wish for a progress bar that cannot be granted.

    Raises:
        TypeError: when it is no such wish.
        ConfigurationError: when nothing that draws bars is installed.
    """
    if progress is not False:
        from phoenix_traces.uploads.progress import refuse_wrong_progress

        refuse_wrong_progress(progress)


def check_options(options: object, *, sync: bool) -> None:
    """Refuse options that cannot work together.

    Raises:
        TypeError: when they are something else.
        ConfigurationError: when unknown traces are to be waited for or skipped, and nothing would
            say which ones they are; or when nothing would be read back within `confirm_within`.
    """
    if options is None:
        return
    from phoenix_traces.uploads.options import UploadOptions

    if not isinstance(options, UploadOptions):
        given = "a class" if isinstance(options, type) else type(options).__name__
        raise TypeError(f"options must be UploadOptions(...), not {given}")
    is_confirming = sync and options.via == "queue"
    if "confirm_within" in options.model_fields_set and not is_confirming:
        raise ConfigurationError(
            f"confirm_within={options.confirm_within:g} cannot work: only with sync=True and "
            'via="queue" is what was sent read back'
        )
    if sync or _is_guarded(options):
        return
    wishes = {
        f"wait_for_traces={options.wait_for_traces:g}": options.wait_for_traces > 0,
        'on_missing_trace="skip"': options.on_missing_trace == "skip",
    }
    if asked := [wish for wish, is_asked in wishes.items() if is_asked]:
        raise ConfigurationError(
            f"{' and '.join(asked)} cannot work with sync=False: Phoenix then takes every row into "
            "its queue and names no unknown trace; pass sync=True, or a guard (skip_unchanged, "
            "overwrite), which reads first"
        )


def skips_empty(options: UploadOptions | None) -> bool:
    """Tell whether rows without a judgement are to be left out."""
    return options is not None and options.on_empty == "skip"


def _is_guarded(options: UploadOptions) -> bool:
    return options.skip_unchanged or options.overwrite != "always"


def upload(
    rows: Rows[RowT],
    *,
    sync: bool,
    options: UploadOptions | None = None,
    default_batch_size: int | None = None,
    progress: Progress = False,
) -> Exchange[list[InsertedTraceAnnotation]]:
    """Return the exchange that stores rows, with the guards that the options ask for.

    Args:
        rows: Checked already.
        sync: Whether the server is to answer once the rows are stored, with their IDs.
        options: How to cut the upload, and what to do when some of it fails.
        default_batch_size: Most rows in a request, where the options do not say; None for no limit.
        progress: Whether to show a bar, checked already.
    """
    if progress:
        from phoenix_traces.uploads.progress import ShownUpload, progress_bar, watched_by

        if bar := progress_bar(progress, rows.total):
            options = watched_by(bar, options)
            return ShownUpload(_upload(rows, sync, options, default_batch_size), bar)
    return _upload(rows, sync, options, default_batch_size)


def _upload(
    rows: Rows[RowT], sync: bool, options: UploadOptions | None, default_batch_size: int | None
) -> Exchange[list[InsertedTraceAnnotation]]:
    if options is None or not _is_guarded(options):
        return writing(rows, sync=sync, options=options, default_batch_size=default_batch_size)
    # A guard reads first, and so brings along all that reads.
    from phoenix_traces.uploads.guards import GuardedUpload

    return GuardedUpload(rows, sync=sync, options=options, default_batch_size=default_batch_size)


def unsent(
    rows: Rows[RowT], error: PhoenixHTTPError, *, sync: bool, options: UploadOptions | None
) -> Exchange[list[InsertedTraceAnnotation]]:
    """Return the exchange that sends nothing, and accounts for rows that a failure came before.

    Args:
        rows: Checked already.
        error: What failed before the first of them could be sent.
        sync: As in `upload`.
        options: As in `upload`; whom to hand the account to is asked of them.
    """
    from phoenix_traces.uploads.account import Account

    account = Account(rows)
    account.fail([position for position, _ in rows.items], error)
    return writing(replace(rows, items=()), sync=sync, options=options, account=account)
