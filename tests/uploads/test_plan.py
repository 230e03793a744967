"""An upload without options goes by their defaults."""

from __future__ import annotations

from dataclasses import asdict

from phoenix_traces import UploadOptions
from phoenix_traces.uploads.plan import DefaultPlan


def test_the_default_plan_is_what_the_options_say_by_default() -> None:
    options = UploadOptions()
    for name, value in asdict(DefaultPlan()).items():
        assert getattr(options, name) == value, name
    assert options.rows_in_batch(100) == DefaultPlan().rows_in_batch(100)
