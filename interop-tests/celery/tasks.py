"""What every program here shares: the application with its tasks, where the broker is, and when to stop waiting for it."""
import argparse
import os
import time

from celery import Celery
from kombu.common import Broadcast

app = Celery("tasks", broker=os.environ.get("AMQP_URL", "amqp://localhost"), backend="rpc://")
app.conf.update(
    broker_connection_retry=False,  # a broker that is not there is a failure
    task_queue_max_priority=10,  # of every queue that is made because a task or a worker names it
    task_default_priority=5,
    worker_prefetch_multiplier=1,
    worker_redirect_stdouts=False,  # what tasks print is the worker's output
)


def arguments(description):
    """A parser that knows --queue and --timeout; each program adds its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--queue", default="celery", help="where tasks go that are not routed elsewhere")
    parser.add_argument("--timeout", type=float, default=30, help="seconds after which an unfinished task fails the program")
    return parser


def parse(parser):
    """The arguments, with the default queue set."""
    args = parser.parse_args()
    app.conf.task_default_queue = args.queue
    return args


def broadcast_queue(name):
    """Makes tasks for this queue go to every worker that consumes it, each by a queue that the worker names."""
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
    """Says by which worker it is done, and by which routing key it came."""
    return place(self)


@app.task(bind=True)
def elsewhere(self):
    """The same, for a route of its own."""
    return place(self)


@app.task(bind=True, max_retries=3)
def flaky(self, failures):
    """Fails so many times, and says how often it was tried again."""
    if self.request.retries < failures:
        raise self.retry(countdown=0.1, exc=ValueError(f"failed {self.request.retries + 1} times"))
    return self.request.retries


@app.task(bind=True, ignore_result=True)
def note(self, text):
    print(f" [x] {text} with priority {self.request.delivery_info['priority']}", flush=True)


@app.task(bind=True, acks_late=True, ignore_result=True)
def careful(self, text, seconds):
    """Acknowledged when it is done, so that it is done again where its worker dies. It takes its time only once."""
    again = self.request.delivery_info["redelivered"]
    print(f" [x] Received '{text}'" + (" again" if again else ""), flush=True)
    if not again:
        time.sleep(seconds)
    print(f" [x] Done '{text}'", flush=True)
