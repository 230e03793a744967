"""What the client costs, beside the existing client and a floor, in one run on the same data.

`python -m benchmarks` runs everything and prints it; `--help` lists the rest.
"""

from __future__ import annotations
