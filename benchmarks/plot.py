"""Two plots in one picture: requests per second of all servers, and the time of pages by the number of events."""

from pathlib import Path

from benchmarks import growth, mock_variants, peers

_OURS, _OTHERS = "#1f6feb", "#b6bec9"


def draw(path: Path, rows: list[peers.Row], pages: list[growth.Row]) -> None:
    """Write the picture. Raises ImportError without matplotlib."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
    names = [row.name for row in reversed(rows)]
    colours = [_OURS if name.startswith(mock_variants.NAME) else _OTHERS for name in names]
    bars = left.barh(names, [row.calls["list"].rate for row in reversed(rows)], color=colours)
    left.bar_label(bars, fmt="{:,.0f}", padding=3)
    left.set_title("GET of a page of 20 events, requests/s (one core; with PostgreSQL all)", fontsize=10)
    left.margins(x=0.2)
    for page in dict.fromkeys(row.page for row in pages):
        points = sorted((row.events, row.after_a_write) for row in pages if row.page == page)
        right.plot(*zip(*points, strict=True), marker="o", markersize=3, linewidth=1, label=page)
    right.set(xscale="log", xlabel="events in the org", ylabel="ms, right after a write")
    right.set_ylim(0, 1.4 * max(row.after_a_write for row in pages))
    right.set_title("Pages as an org grows", fontsize=10)
    right.legend(fontsize=6, ncols=2)
    figure.savefig(path, metadata={"Date": None})
