"""The package's own log: lines below `phoenix_traces`, which nobody sees until a program asks.

No line holds a credential, a cell or a server's own words, which may repeat both. `docs/logging.md`
shows how to turn it on.
"""

from __future__ import annotations

import logging

# Without a handler of some kind, Python prints warnings to standard error.
logging.getLogger("phoenix_traces").addHandler(logging.NullHandler())


def logger(module: str) -> logging.Logger:
    """Return the logger of a module of this package.

    Args:
        module: Its name.
    """
    return logging.getLogger(module)
