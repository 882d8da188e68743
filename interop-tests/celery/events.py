"""Listens to what workers say of themselves while a task runs, as monitors do."""
from celery.utils import uuid

from tasks import add, app, arguments, parse

args = parse(arguments(__doc__))
task = uuid()
seen = []


def on_heartbeat(event):
    """Starts the task at the first heartbeat, which the receiver requests: from then on no event is missed."""
    if not seen:
        seen.append(event["type"])
        add.apply_async((1, 1), task_id=task)


def on_event(event):
    if event.get("uuid") == task:
        seen.append(event["type"])
        receiver.should_stop = event["type"] == "task-succeeded"


with app.connection_for_read() as connection:
    receiver = app.events.Receiver(connection, handlers={"*": on_event, "worker-heartbeat": on_heartbeat})
    receiver.capture(limit=None, timeout=args.timeout, wakeup=True)
print(f" [x] {', '.join(seen)}")
