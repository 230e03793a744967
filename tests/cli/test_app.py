from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

from typer.testing import CliRunner

from phoenix_traces.cli.app import app

COMMAND = [sys.executable, "-m", "phoenix_traces"]


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_version_is_that_of_the_package() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output == f"phoenix-traces {version('phoenix-traces')}\n"


def test_without_a_command_the_help_lists_the_commands() -> None:
    result = CliRunner().invoke(app, [])
    assert "demo" in result.output


def test_the_module_runs_as_the_command() -> None:
    result = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert "phoenix-traces [OPTIONS] COMMAND" in result.stdout


def test_without_the_extra_it_says_which_one_to_install() -> None:
    result = _python(
        "import sys; sys.modules['typer'] = None\nfrom phoenix_traces.cli import main\nmain()"
    )
    assert result.returncode == 1
    assert 'pip install "phoenix-traces[cli]"' in result.stderr
    assert "Traceback" not in result.stderr


def test_a_broken_installation_is_not_mistaken_for_a_missing_extra() -> None:
    result = _python(
        "import sys; sys.modules['phoenix_traces.cli.app'] = None\n"
        "from phoenix_traces.cli import main\n"
        "main()"
    )
    assert "ModuleNotFoundError" in result.stderr


def test_the_demo_without_its_extra_says_which_one_to_install() -> None:
    result = _python(
        "import sys; sys.modules['opentelemetry'] = None; sys.argv[1:] = ['demo']\n"
        "from phoenix_traces.cli import main\n"
        "main()"
    )
    assert result.returncode == 1
    assert 'pip install "phoenix-traces[demo]"' in result.stderr
    assert "Traceback" not in result.stderr


def test_importing_the_package_loads_neither_command_line_nor_demo() -> None:
    """httpx comes first, because it loads rich when it finds it."""
    result = _python(
        "import sys, httpx\n"
        "before = set(sys.modules)\n"
        "import phoenix_traces\n"
        "heavy = {'typer', 'rich', 'opentelemetry', 'phoenix_traces.cli', 'phoenix_traces.demo'}\n"
        "print(heavy & (set(sys.modules) - before))"
    )
    assert result.stdout == "set()\n", result.stderr
