"""Which Phoenix can do what."""

from __future__ import annotations

import pickle

import pytest

from phoenix_traces.protocol.exchange import Call
from phoenix_traces.protocol.versions import DELETING, server_version, too_old
from tests.support.project import response_to


@pytest.mark.parametrize(
    ("header", "version"),
    [
        ("20.26.1", (20, 26, 1)),
        ("17.10.0a83801467", (17, 10, 0)),
        ("unknown", None),
        (None, None),
    ],
)
def test_the_version_is_in_the_header(
    header: str | None, version: tuple[int, int, int] | None
) -> None:
    assert server_version(response_to(Call("GET", "x"), version=header)) == version


@pytest.mark.parametrize("header", ["15.4.0", "20.0.0", None])
def test_a_server_that_has_a_feature_or_may_have_it_is_not_too_old(header: str | None) -> None:
    assert too_old(response_to(Call("DELETE", "x"), version=header), DELETING) is None


def test_the_error_names_the_feature_its_version_and_the_servers() -> None:
    error = too_old(response_to(Call("DELETE", "x"), 405, version="15.3.9"), DELETING)
    assert error is not None
    assert str(error) == (
        "deleting annotations needs Phoenix 15.4.0 or newer, and this server is 15.3.9"
    )
    assert (error.feature, error.required_version, error.server_version) == (
        "deleting annotations",
        "15.4.0",
        "15.3.9",
    )


def test_the_error_survives_pickling() -> None:
    error = too_old(response_to(Call("DELETE", "x"), 405, version="12.0.0"), DELETING)
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error)
    assert copy.server_version == "12.0.0"
