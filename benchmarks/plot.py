"""The picture: what a row costs by the size of the frame, and an upload to a real server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.results import CEILING, EXISTING, FLOOR, OURS, Figure, Result, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = {OURS: "#2563eb", EXISTING: "#dc2626", FLOOR: "#9ca3af", CEILING: "#9ca3af"}
_INCHES = (11, 4.2)


def draw(run: Run, path: Path) -> None:
    """Draw a run, as far as its cases are among those that are shown."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    # Text stays text, and the same figures make the same file.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "benchmarks"})
    results = {result.case: result for result in run.results}
    canvas = Canvas(figsize=_INCHES, layout="constrained")
    left, right = canvas.subplots(1, 2)
    if "frame" in results:
        _draw_sizes(left, results["frame"])
    if "server" in results:
        _draw_server(right, results["server"])
    canvas.savefig(path, metadata={"Date": None})


def _draw_sizes(axes: Axes, result: Result) -> None:
    for contestant in (EXISTING, OURS, FLOOR):
        points = [(_rows(each), each) for each in result.figures if each.contestant == contestant]
        of_sizes = [(rows, each) for rows, each in points if each.subject == f"{rows:,} rows"]
        axes.plot(
            [rows for rows, _ in of_sizes],
            [each.median for _, each in of_sizes],
            marker="o",
            color=_COLOURS[contestant],
            label=contestant,
        )
    axes.set(xscale="log", yscale="log", xlabel="rows in the frame", ylabel=result.unit)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_ylim(bottom=1)
    axes.set_title("A frame, without a server")
    axes.legend()


def _draw_server(axes: Axes, result: Result) -> None:
    shown = [each for each in result.figures if "sync=False" in each.subject]
    names = [_bar_name(each) for each in shown]
    axes.barh(
        names,
        [each.median for each in shown],
        xerr=[
            [each.median - each.low for each in shown],
            [each.high - each.median for each in shown],
        ],
        color=[_COLOURS[each.contestant] for each in shown],
    )
    axes.invert_yaxis()
    axes.set(xlabel=result.unit)
    axes.set_title(f"{shown[0].subject.rpartition(', ')[0]}, to Phoenix")


def _bar_name(figure: Figure) -> str:
    return f"{figure.contestant}, {figure.subject.rpartition(', ')[2]}"


def _rows(figure: Figure) -> int:
    return int(figure.subject.partition(" ")[0].replace(",", ""))
