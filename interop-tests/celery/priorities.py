"""Leaves tasks of several priorities in a queue, for a worker that comes later."""
from tasks import arguments, note, parse

parser = arguments(__doc__)
args = parse(parser)

for priority in (1, 9, 0, 5, 9, 10):
    note.apply_async((f"task {priority}",), priority=priority)
print(" [x] Sent 6 tasks")
