"""The progress bar as people see it: in real terminals of several widths, by both libraries."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.support.terminal import ROOT, seen_in_terminal

WIDTHS = [60, 80, 200]
ROWS = 2_000

# An upload to a Phoenix in memory, in twenty requests: `without` is what is not installed, and
# `happens` what happens half way.
PROGRAM = """
import sys, time
sys.modules[{without!r}] = None
from phoenix_traces import Client, PhoenixStatusError, UploadOptions
from phoenix_traces.testing import FakePhoenix
ids = [f"trace-{{number}}" for number in range({rows})]
rows = [
    {{"trace_id": each, "name": "n", "annotator_kind": "CODE", "result": {{"score": 1}}}}
    for each in ids
]
phoenix = FakePhoenix(*ids)
def half_way(done, total):
    time.sleep(0.03)
    if done == total // 2:
        {happens}
options = UploadOptions(batch_size={rows} // 20, on_progress=half_way)
try:
    phoenix.client().traces.log_trace_annotations(
        trace_annotations=rows, options=options, sync=True, progress={progress!r})
except BaseException as error:
    print(type(error).__name__)
sys.stderr.write("and on")
print([name for name in ("tqdm", "rich") if sys.modules.get(name)])
"""
RETRIES = "phoenix.fail_next(503, times=9)"
FAILURE = "phoenix.fail_next(400)"
INTERRUPT = "raise KeyboardInterrupt"

LIBRARIES = ["tqdm", "rich"]
OTHER = {"tqdm": "rich", "rich": "tqdm"}

# What a line says at the end of a whole upload and in the middle of it.
WHOLE = {
    "tqdm": r"100%\|.+\| 2000/2000 \[00:\d\d<00:00, *[\d.]+rows/s, retries=9\]",
    "rich": r"100% ━+ 2000/2000 rows \d+ rows/s 0?0:00 retries=9",
}
HALF = {
    "tqdm": r" 5[05]%\|.+\| 1[01]00/2000 \[00:\d\d<00:\d\d, *[\d.]+rows/s\]",
    "rich": r" 5[05]% ━+[╸╺]━+ 1[01]00/2000 rows \d+ rows/s 0?0:\d\d",
}


def _program(library: str, happens: str, progress: bool | str = True) -> str:
    return PROGRAM.format(without=OTHER[library], happens=happens, progress=progress, rows=ROWS)


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_it_fits_into_one_line_and_says_rows_speed_time_and_retries(
    library: str, columns: int
) -> None:
    seen = seen_in_terminal(_program(library, RETRIES), columns=columns)
    assert seen.printed == f"['{library}']\n"
    # At every moment there is the bar and nothing else, before the program goes on.
    assert max(map(len, seen.screens)) == 2
    *bars, after = seen.last
    assert (len(bars), after) == (1, "and on")
    assert re.fullmatch(WHOLE[library], bars[0]), bars
    assert columns - 1 <= len(bars[0]) <= columns
    retries = {int(each) for line in seen.lines for each in re.findall(r"retries=(\d+)", line)}
    assert max(retries) == 9
    assert not seen.cursor_is_hidden


@pytest.mark.parametrize("happens", [FAILURE, INTERRUPT])
@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_it_stays_where_the_upload_failed_and_leaves_the_line_to_others(
    library: str, columns: int, happens: str
) -> None:
    seen = seen_in_terminal(_program(library, happens), columns=columns)
    assert seen.printed.splitlines()[0] in {"PhoenixStatusError", "KeyboardInterrupt"}
    *bars, after = seen.last
    assert (len(bars), after) == (1, "and on")
    assert re.fullmatch(HALF[library], bars[0].rstrip()), bars
    assert not seen.cursor_is_hidden


MANY = """
from phoenix_traces.uploads.drawings import DRAWINGS
for total in (1, 10, 99, 5_000, 123_456, 1_000_000, 10**12):
    for part in (0.0, 0.001, 0.5, 1.0):
        drawing = DRAWINGS[{library!r}](total)
        drawing.show(int(part * total), 0)
        drawing.show(int(part * total), int(1_000 * part))
        drawing.close()
        print(total)
"""


@pytest.mark.parametrize("columns", [40, *WIDTHS])
@pytest.mark.parametrize("library", LIBRARIES)
def test_however_many_rows_there_are_it_is_one_line(library: str, columns: int) -> None:
    seen = seen_in_terminal(MANY.format(library=library), columns=columns, rows=100)
    assert seen.code == 0
    assert len(seen.last) == len(seen.printed.splitlines()) == 28
    assert all(seen.last)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("progress", [True, "always"])
def test_in_a_file_there_is_nothing_unless_always_is_asked_for(
    library: str, progress: bool | str
) -> None:
    program = _program(library, RETRIES, progress)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    if progress == "always":
        assert "2000/2000" in run.stderr
        assert run.stdout == f"['{library}']\n"
    else:
        assert run.stderr == "and on"
        assert "tqdm" not in run.stdout  # and not imported; rich httpx brings of its own accord
