"""The existing client, `arize-phoenix-client`, loaded without the server that shares its package.

Where `arize-phoenix` is installed too, `import phoenix.client` first imports the whole server. Who
has the client alone does not pay for that, so it does not count against it here either.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx


def hide_server() -> None:
    """Make `phoenix` a package of nothing but its subpackages."""
    if "phoenix" not in sys.modules:
        spec = importlib.util.find_spec("phoenix")
        if spec is None:
            raise RuntimeError("arize-phoenix-client is not installed: run `make setup`")
        sys.modules["phoenix"] = importlib.util.module_from_spec(spec)


def existing_traces(client: httpx.Client) -> Any:
    """Return the existing client's `Traces` on an httpx client."""
    hide_server()
    return importlib.import_module("phoenix.client.resources.traces").Traces(client)
