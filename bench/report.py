#!/usr/bin/env python3
"""Writes docs/performance.md and docs/performance.svg from the results of bench/compare.

usage: report.py RESULTS CASES OUTPUT
"""

import collections
import json
import math
import pathlib
import statistics
import sys

OURS, THEIRS = "amqpbroker", "rabbitmq"
MEBIBYTE = 1024 * 1024

# A figure of a case: its name, a function that reads it from a result, a function that formats it, and True if more is better.
Figure = collections.namedtuple("Figure", "name read text more_is_better")


def number(value):
    """Formats a number with three significant digits, and commas between groups of three."""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(0, digits)}f}"


def rate_of(result):
    # The rate of deliveries, if there are consumers: a message that is only accepted is not processed yet.
    rate = result.get("consumeRate") or result.get("publishRate") or result.get("rate")
    return rate["mean"]


def cpu_of(result):
    return result["brokerProcess"]["cpuSecondsPerMillion"]


def latency(kind, percentile):
    return lambda result: result[kind][percentile]


RATE = Figure("rate", rate_of, lambda value: f"{number(value)}/s", True)
CPU = Figure("CPU", cpu_of, lambda value: f"{number(value)} s", False)


def microseconds(value):
    return f"{number(value)} µs"


FIGURES = {
    "rate": [RATE, CPU],
    "churn": [RATE, CPU],
    "latency": [
        Figure("delivery, p50", latency("deliveryLatency", "p50"), microseconds, False),
        Figure("delivery, p99", latency("deliveryLatency", "p99"), microseconds, False),
        Figure("delivery, p99.9", latency("deliveryLatency", "p999"), microseconds, False),
        Figure("confirm, p50", latency("confirmLatency", "p50"), microseconds, False),
        Figure("confirm, p99", latency("confirmLatency", "p99"), microseconds, False),
        CPU,
    ],
    "start": [
        Figure("start", lambda result: result["startSeconds"], lambda value: f"{value:.2f} s", False),
        Figure("idle RSS", lambda result: result["idleRss"], lambda value: f"{value / MEBIBYTE:,.0f} MiB", False),
    ],
}

Row = collections.namedtuple("Row", "case title figure ours theirs")


def ratio_of(row):
    """Returns how many times better AmqpBroker is: below 1 if it is worse, None if a median is 0."""
    ours, theirs = statistics.median(row.ours), statistics.median(row.theirs)
    return (ours / theirs if row.figure.more_is_better else theirs / ours) if ours and theirs else None


def ratio_text(ratio):
    return "-" if ratio is None else f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}"


def read_cases(path):
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, kind, title, arguments = line.split("|")
            yield name, kind, title, arguments
    yield "start", "start", "From the start of the process to the first connection answered, and its memory 3 s later", ""


def read_rows(results, cases):
    for name, kind, title, _ in cases:
        measured = {
            broker: [json.loads(path.read_text()) for path in sorted(results.glob(f"*.{broker}.{name}.json"))]
            for broker in (OURS, THEIRS)
        }
        for figure in FIGURES[kind]:
            try:
                ours, theirs = ([figure.read(result) for result in measured[broker]] for broker in (OURS, THEIRS))
            except TypeError:  # not measured in this case: no confirms
                continue
            if ours and theirs:
                yield Row(name, title, figure, ours, theirs)


def versions(results):
    found = {}
    for broker in (OURS, THEIRS):
        for path in results.glob(f"*.{broker}.*.json"):
            found.setdefault(broker, json.loads(path.read_text()).get("broker"))
            if found[broker] is None:
                del found[broker]
    return found.get(OURS, "AmqpBroker"), found.get(THEIRS, "RabbitMQ")


def table(rows, columns):
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def compared(row):
    texts = (row.figure.text(statistics.median(values)) for values in (row.ours, row.theirs))
    return [*texts, ratio_text(ratio_of(row))]


def section(document, heading):
    """Returns the lines of a section that is written by hand, from its heading to the next one; none if the document has no such section."""
    lines = document.read_text().splitlines() if document.exists() else []
    if heading not in lines:
        return []
    start = lines.index(heading)
    end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith("## ")), len(lines))
    return lines[start:end]


def markdown(rows, cases, machine, ours, theirs, by_hand):
    def of_kind(*kinds):
        names = [name for name, kind, _, _ in cases if kind in kinds]
        return [row for row in rows if row.case in names]

    yield "# Performance"
    yield ""
    yield f"{ours} on .NET {machine['dotnet']} compared with {theirs} on Erlang {machine['erlang']}, measured on {machine['date']} with `bench/compare`."
    yield ""
    yield "![How many times better than RabbitMQ](performance.svg)"
    yield ""
    yield "## Rates"
    yield ""
    yield "The rate is messages per second, or connections or channels opened and closed per second. CPU is the broker's processor time (user and system) for a million messages, connections or channels."
    yield "If a case has consumers, the rate counts deliveries. The ratio says how many times better AmqpBroker is: a higher rate, or less CPU."
    yield ""
    by_case = collections.OrderedDict()
    for row in of_kind("rate", "churn"):
        by_case.setdefault(row.title, []).extend(compared(row))
    yield from table(([title, *cells] for title, cells in by_case.items()),
                     ["case", "AmqpBroker", "RabbitMQ", "ratio", "AmqpBroker, CPU per million", "RabbitMQ, CPU per million", "ratio"])
    yield ""
    yield "## Latency"
    yield ""
    yield "The load tool sends at a fixed rate, so each message has a due time. Latency is the time from the due time to the delivery or the confirm. If a slow broker makes the publisher send late, the latency includes this delay."
    yield ""
    yield from table(([row.title, row.figure.name, *compared(row)] for row in of_kind("latency")),
                     ["case", "figure", "AmqpBroker", "RabbitMQ", "ratio"])
    yield ""
    yield "## Start and idle memory"
    yield ""
    yield from table(([row.title, row.figure.name, *compared(row)] for row in of_kind("start")),
                     ["case", "figure", "AmqpBroker", "RabbitMQ", "ratio"])
    yield ""
    yield from by_hand
    yield "## Before and after a change"
    yield ""
    yield "`bench/against COMMIT` compares the broker in this folder with an earlier commit. Both run six cases of `bench/cases` in turn on the same machine."
    yield "The exit code is 1 if a message costs more CPU than before. See [operations.md](operations.md#before-and-after-a-change)."
    yield ""
    yield "## How it was measured"
    yield ""
    yield f"- Machine: {machine['processors']}, {machine['memory']} of memory, {machine['system']}, {machine['kernel']}, data on {machine['disk']}."
    yield "  The broker and the load tool share this machine. Only one broker runs at a time."
    if machine["rounds"] == "1":
        yield "- Each broker started with an empty folder and ran all cases once."
    else:
        yield f"- Figures are medians of {machine['rounds']} rounds. In each round both brokers start with an empty folder and run all cases, one broker after the other."
        yield "  The order alternates."
    yield f"- A case takes {machine['seconds']} s after a warm-up of {machine['warmup']} s. The case without consumers publishes {int(machine['count']):,} messages."
    yield "- Both brokers have their default settings. RabbitMQ has no plugins. All queues are classic queues."
    yield "- Each producer and consumer has a connection and a channel. A case has one producer, one consumer and one queue unless it names other numbers."
    yield ""
    yield "| case | `amqpbroker bench` |"
    yield "|---|---|"
    for _, _, title, arguments in cases:
        if arguments:
            times = {"{time}": f"--duration {machine['seconds']} --warmup {machine['warmup']}", "{count}": machine["count"]}
            for placeholder, value in times.items():
                arguments = arguments.replace(placeholder, value)
            yield f"| {title} | `{arguments}` |"
    yield ""
    yield "Lowest and highest values of the rounds:"
    yield ""
    yield from table(
        ([row.case, row.figure.name, *(f"{row.figure.text(min(values))} to {row.figure.text(max(values))}" for values in (row.ours, row.theirs))] for row in rows),
        ["case", "figure", "AmqpBroker", "RabbitMQ"])


COLOURS = {"rate": "#2b6cb0", "CPU": "#90b4d9"}
OTHER_COLOUR = "#5a9a78"


def picture(rows):
    """Draws bars on a logarithmic scale, one for each figure."""
    bars = [(row, ratio_of(row)) for row in rows]
    bars = [(row, ratio) for row, ratio in bars if ratio]
    left, right, height, top = 270, 90, 20, 56
    width = 860
    low = min(1.0, *(ratio for _, ratio in bars))
    high = max(10.0, *(ratio for _, ratio in bars))
    low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high))

    def x(value):
        return left + (width - left - right) * math.log(value / low) / math.log(high / low)

    total = top + height * len(bars) + 30
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" width="{width}" height="{total}" '
           'font-family="system-ui, sans-serif" font-size="12" fill="#222">')
    yield f'<rect width="{width}" height="{total}" fill="#fff"/>'
    yield '<text x="12" y="22" font-size="15" font-weight="600">How many times better than RabbitMQ</text>'
    yield '<text x="12" y="40" fill="#666">logarithmic scale; right of 1 is better</text>'
    tick = low
    while tick <= high * 1.0001:
        colour, stroke = ("#222", 1.5) if abs(tick - 1) < 1e-9 else ("#ddd", 1)
        yield f'<line x1="{x(tick):.1f}" y1="{top - 6}" x2="{x(tick):.1f}" y2="{total - 24}" stroke="{colour}" stroke-width="{stroke}"/>'
        yield f'<text x="{x(tick):.1f}" y="{total - 8}" text-anchor="middle" fill="#666">{tick:g}</text>'
        tick *= 10
    case = None
    for index, (row, ratio) in enumerate(bars):
        y = top + height * index
        if row.case != case:
            case = row.case
            yield f'<text x="12" y="{y + 13}" font-weight="600">{case}</text>'
        yield f'<text x="{left - 8}" y="{y + 13}" text-anchor="end" fill="#444">{row.figure.name}</text>'
        start, end = sorted((x(1), x(ratio)))
        colour = COLOURS.get(row.figure.name, OTHER_COLOUR)
        yield f'<rect x="{start:.1f}" y="{y + 2}" width="{max(1, end - start):.1f}" height="{height - 5}" fill="{colour}"><title>{row.title}: {row.figure.name}</title></rect>'
        yield f'<text x="{end + 5:.1f}" y="{y + 13}">{ratio_text(ratio)}</text>'
    yield "</svg>"


def main(results, cases, output):
    results, output = pathlib.Path(results), pathlib.Path(output)
    cases = list(read_cases(pathlib.Path(cases)))
    machine = dict(line.split("=", 1) for line in (results / "machine").read_text().splitlines())
    rows = list(read_rows(results, cases))
    if not rows:
        sys.exit("bench/report.py: no case was measured on both brokers")
    document = output / "performance.md"
    by_hand = section(document, "## The native file") + section(document, "## The lone message") # with figures of other measurements
    document.write_text("\n".join(markdown(rows, cases, machine, *versions(results), by_hand)) + "\n")
    (output / "performance.svg").write_text("\n".join(picture(rows)) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
