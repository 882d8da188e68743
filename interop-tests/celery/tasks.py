"""The application with its tasks, and arguments and time limit of all programs here."""
import argparse
import os
import time

from celery import Celery
from kombu.common import Broadcast

app = Celery("tasks", broker=os.environ.get("AMQP_URL", "amqp://localhost"), backend="rpc://")
app.conf.update(
    broker_connection_retry=False,  # the program fails if there is no broker
    task_queue_max_priority=10,  # of queues that are declared because a task or a worker names them
    task_default_priority=5,
    worker_prefetch_multiplier=1,
    worker_redirect_stdouts=False,  # the output of tasks is the output of the worker
)


def arguments(description):
    """Returns a parser with --queue and --timeout; each program adds its own arguments."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--queue", default="celery", help="where tasks go that are not routed elsewhere")
    parser.add_argument("--timeout", type=float, default=30, help="seconds after which an unfinished task fails the program")
    return parser


def parse(parser):
    """Parses the arguments, and sets the default queue."""
    args = parser.parse_args()
    app.conf.task_default_queue = args.queue
    return args


def broadcast_queue(name):
    """Makes every worker that consumes from this queue get all of its tasks. Each worker has a queue with a generated name."""
    app.conf.task_queues = [Broadcast(name)]


@app.task
def add(x, y):
    return x + y


@app.task
def echo(value):
    return value


@app.task
def fail(reason):
    raise ValueError(reason)


@app.task
def now():
    return time.time()


def place(task):
    return f"{task.request.hostname.split('@')[0]} by {task.request.delivery_info['routing_key']}"


@app.task(bind=True)
def where(self):
    """Returns the worker that runs the task, and the routing key of the task's message."""
    return place(self)


@app.task(bind=True)
def elsewhere(self):
    """Returns worker and routing key, as where does. routing.py gives this task a route by its name."""
    return place(self)


@app.task(bind=True, max_retries=3)
def flaky(self, failures):
    """Fails this number of times, then returns the number of retries."""
    if self.request.retries < failures:
        raise self.retry(countdown=0.1, exc=ValueError(f"failed {self.request.retries + 1} times"))
    return self.request.retries


@app.task(bind=True, ignore_result=True)
def note(self, text):
    print(f" [x] {text} with priority {self.request.delivery_info['priority']}", flush=True)


@app.task(bind=True, acks_late=True, ignore_result=True)
def careful(self, text, seconds):
    """Is acknowledged when it is done, so that another worker repeats it if its worker dies. Sleeps only the first time."""
    again = self.request.delivery_info["redelivered"]
    print(f" [x] Received '{text}'" + (" again" if again else ""), flush=True)
    if not again:
        time.sleep(seconds)
    print(f" [x] Done '{text}'", flush=True)
