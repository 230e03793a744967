"""Children of a process upload at the same time: each gets the IDs of its own annotations."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults.forked import CHILDREN, UPLOADS
from tests.faults.stub import ROOT
from tests.support.live import annotations_of, make_traces

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("how", ["os.fork", "fork", "spawn", "forkserver"])
def test_no_child_gets_an_id_of_another_one(phoenix: PhoenixProcess, how: str, mode: str) -> None:
    (trace_id,) = make_traces(phoenix, 1)
    command = [sys.executable, "-m", "tests.faults.forked"]
    command += [phoenix.base_url, how, mode, trace_id]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    got = {identifier: id_ for ids in json.loads(done.stdout) for identifier, id_ in ids.items()}
    assert len(got) == CHILDREN * UPLOADS + 1
    stored = annotations_of(phoenix, [trace_id])
    there = {each["identifier"]: each["id"] for each in stored}
    assert {identifier: there.get(identifier) for identifier in got} == got
