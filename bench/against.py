#!/usr/bin/env python3
"""Prints the figures that bench/against measured for two states of the broker, and whether the later state costs more.

usage: against.py RESULTS CASES ONLY TOLERANCE

The exit code is 1 if the later state costs more in a case, or if a case could not be measured on both states.
"""

import collections
import json
import pathlib
import statistics
import sys

from report import CPU, Figure, latency, microseconds, number, read_cases

BEFORE, AFTER = "before", "after"
FEWEST_ROUNDS = 3  # fewer rounds have no meaningful quartiles
MOST_OTHER_WORK = 0.3  # number of cores that other processes and other virtual machines use; with more, a run is left out


def rate(kind):
    return lambda result: result[kind]["mean"]


def per_second(value):
    return f"{number(value)}/s"


FIGURES = [
    CPU._replace(name="CPU per million"),
    Figure("published", rate("publishRate"), per_second, True),
    Figure("confirmed", rate("confirmRate"), per_second, True),
    Figure("consumed", rate("consumeRate"), per_second, True),
    Figure("opened and closed", rate("rate"), per_second, True),
    Figure("delivery, p50", latency("deliveryLatency", "p50"), microseconds, False),
    Figure("delivery, p99", latency("deliveryLatency", "p99"), microseconds, False),
    Figure("confirm, p50", latency("confirmLatency", "p50"), microseconds, False),
    Figure("confirm, p99", latency("confirmLatency", "p99"), microseconds, False),
]

# A measurement, with the number of cores that other work used during it.
Run = collections.namedtuple("Run", "result other_cores")

Spread = collections.namedtuple("Spread", "low median high")


def spread(values):
    """Returns the quartiles. A single value is all three quartiles."""
    if len(values) == 1:
        return Spread(*values * 3)
    return Spread(*statistics.quantiles(values, n=4, method="inclusive"))


def is_worse(before, after, tolerance):
    """Returns True if the median has risen by more than the tolerance, in percent, and the quartile ranges do not overlap."""
    return after.median > before.median * (1 + tolerance / 100) and after.low > before.high


def undisturbed(before, after):
    """Returns the runs without other work on the machine; all runs if too few are left for a verdict."""
    quiet = [[run for run in runs if run.other_cores <= MOST_OTHER_WORK] for runs in (before, after)]
    enough = min(FEWEST_ROUNDS, len(before), len(after))
    return quiet if all(len(runs) >= enough for runs in quiet) else (before, after)


def values_of(figure, runs):
    """Returns the values of a figure; an empty list if the case does not have it (no confirms, or another kind of load)."""
    try:
        return [figure.read(run.result) for run in runs]
    except (KeyError, TypeError):
        return []


def row(figure, before, after):
    change = "" if not before.median else f"{100 * (after.median / before.median - 1):+.1f} %"
    return [f"  {figure.name}", *(f"{figure.text(side.median)} ({figure.text(side.low)} to {figure.text(side.high)})" for side in (before, after)), change]


def aligned(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["   ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip() for cells in rows]


def judge(name, title, before, after, tolerance):
    """Returns the lines of the report for a case, and a complaint or None."""
    if not before or not after:
        return [f"{name}: {title}", "  not measured"], "could not be measured on both"
    kept_before, kept_after = undisturbed(before, after)
    lines, complaint = [f"{name}: {title}"], None
    rows = [["", BEFORE, AFTER, "change"]]
    for figure in FIGURES:
        sides = [values_of(figure, runs) for runs in (kept_before, kept_after)]
        if not all(sides):
            continue
        spreads = [spread(values) for values in sides]
        rows.append(row(figure, *spreads))
        if figure is FIGURES[0] and min(map(len, sides)) >= FEWEST_ROUNDS and is_worse(*spreads, tolerance):
            complaint = f"{100 * (spreads[1].median / spreads[0].median - 1):.1f} % more CPU, and the quartiles lie apart"
    lines += aligned(rows)
    disturbed = sum(run.other_cores > MOST_OTHER_WORK for run in [*before, *after])
    if disturbed:
        is_left_out = len(kept_before) + len(kept_after) < len(before) + len(after)
        lines.append(f"  {disturbed} of {len(before) + len(after)} runs had more than {MOST_OTHER_WORK} cores of other work beside them: "
                     + ("left out" if is_left_out else "too many to leave out, so these figures are not reliable"))
    return lines, complaint


def read_runs(results, side, name):
    for path in sorted(results.glob(f"*.{side}.{name}.json")):
        machine = json.loads(path.with_suffix(".machine.json").read_text())
        yield Run(json.loads(path.read_text()), machine["otherCores"] + machine["stolenCores"])


def main(results, cases, only, tolerance):
    results, names = pathlib.Path(results), only.split(",")
    sides = dict(line.split("=", 1) for line in (results / "sides").read_text().splitlines())
    print(*(f"{side + ':':8}{sides[side]}" for side in (BEFORE, AFTER)), sep="\n")
    print("Medians, in brackets the quartiles; CPU seconds of the broker, user and system.")
    complaints, fewest = [], None
    for name, kind, title, _ in read_cases(pathlib.Path(cases)):
        if kind == "start" or only and name not in names:
            continue
        before, after = (list(read_runs(results, side, name)) for side in (BEFORE, AFTER))
        fewest = min(len(before), len(after)) if fewest is None else min(fewest, len(before), len(after))
        lines, complaint = judge(name, title, before, after, float(tolerance))
        print("", *lines, sep="\n")
        if complaint:
            complaints.append(f"{name}: {complaint}")
    print()
    if complaints:
        print(*complaints, sep="\n")
        return 1
    print(f"Nothing is judged by fewer than {FEWEST_ROUNDS} rounds." if fewest < FEWEST_ROUNDS
          else f"No case costs over {tolerance} % more CPU with quartiles that lie apart.")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
