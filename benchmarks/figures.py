"""Medians and percentiles, and the lines of the table."""

from statistics import median

__all__ = ["HEADER", "line", "median", "ms", "percentile", "spread"]

HEADER = """\
| work | OctoPrint's own | ours | goal | |
| --- | --- | --- | --- | --- |"""


def percentile(values, percent):
    """The smallest value that at least `percent` % of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def ms(seconds):
    """Seconds as text, short enough for the table."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def spread(seconds):
    """What there is to say about many durations."""
    p50, p95 = median(seconds), percentile(seconds, 95)
    return f"{ms(p50)} / {ms(p95)} / {ms(max(seconds))} (n = {len(seconds)})"


def line(work, theirs, ours, goal="", reached=None):
    """One line of the table. Without `reached` it explains another line and has no goal."""
    verdict = {None: "", True: "ok", False: "**missed**"}[reached]
    return f"| {work} | {theirs} | {ours} | {goal} | {verdict} |"
