"""Settings in `.env.phoenix`: where it is looked for, and when it is used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phoenix_traces.transport.addresses import DEFAULT_BASE_URL
from phoenix_traces.transport.settings import resolve

KEY = "sk-of-the-file-0123456789"


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    """Write a settings file into the folder that the test runs in."""
    path = tmp_path / ".env.phoenix"
    path.write_text(f"PHOENIX_ENDPOINT=http://file.test\nexport PHOENIX_API_KEY='{KEY}'\n")
    path.chmod(0o600)
    return path


def _resolve() -> tuple[str, str]:
    settings = resolve(None, None, None)
    return str(settings.base_url), settings.headers.get("authorization", "")


USED = ("http://file.test", f"Bearer {KEY}")
NOT_USED = (DEFAULT_BASE_URL, "")


def test_the_file_in_the_working_folder_is_used(env_file: Path) -> None:
    assert _resolve() == USED


def test_the_nearest_file_above_is_used(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = env_file.parent / "a" / "b"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert _resolve() == USED
    (env_file.parent / "a" / ".env.phoenix").write_text("PHOENIX_HOST=nearer.test\n")
    assert _resolve() == ("http://nearer.test:6006", "")


def test_only_phoenix_names_are_read(env_file: Path) -> None:
    env_file.write_text("OTEL_EXPORTER_OTLP_ENDPOINT=http://otel.test\nPATH=/evil\n")
    assert _resolve() == NOT_USED
    assert os.environ["PATH"] != "/evil"


def test_values_are_not_interpolated(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "s3cret")
    env_file.write_text("PHOENIX_API_KEY=${SECRET}\n")
    assert _resolve() == (DEFAULT_BASE_URL, "Bearer ${SECRET}")


def test_reading_the_file_leaves_the_environment_alone(env_file: Path) -> None:
    _resolve()
    assert "PHOENIX_API_KEY" not in os.environ


@pytest.mark.parametrize("off", ["false", "FALSE", "0", "no", "off"])
def test_discovery_can_be_turned_off(
    off: str, env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOENIX_DISCOVER_CONFIG", off)
    assert _resolve() == NOT_USED


@pytest.mark.parametrize("on", ["true", "1", ""])
def test_discovery_is_on_otherwise(
    on: str, env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOENIX_DISCOVER_CONFIG", on)
    assert _resolve() == USED


def test_the_environment_comes_before_the_file(
    env_file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PHOENIX_HOST", "environment.test")
    assert _resolve() == ("http://environment.test:6006", "")
    assert "PHOENIX_API_KEY of" in caplog.text
    assert KEY not in caplog.text


def test_nothing_is_said_when_file_and_environment_agree(
    env_file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PHOENIX_ENDPOINT", "http://file.test")
    monkeypatch.setenv("PHOENIX_API_KEY", KEY)
    assert _resolve() == USED
    assert caplog.records == []


def test_an_endpoint_for_opentelemetry_alone_does_not_keep_the_file_from_being_used(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel.test")
    assert _resolve() == USED


def test_a_folder_of_that_name_is_not_used(
    env_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    env_file.unlink()
    env_file.mkdir()
    assert _resolve() == NOT_USED
    assert "must be a regular file that you own" in caplog.text


def test_a_pipe_of_that_name_is_not_opened(env_file: Path) -> None:
    env_file.unlink()
    os.mkfifo(env_file)
    assert _resolve() == NOT_USED


def test_a_file_of_another_user_is_not_used(
    env_file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: env_file.stat().st_uid + 1)
    assert _resolve() == NOT_USED
    assert "must be a regular file that you own" in caplog.text
