"""A worker of the given queues, until it is told to shut down."""
from celery.signals import worker_ready

from tasks import app, arguments, broadcast_queue, parse

parser = arguments(__doc__)
parser.add_argument("--more", nargs="*", default=[], metavar="QUEUE", help="further queues to take tasks from")
parser.add_argument("--broadcast", help="one more queue, each task of which goes to every worker")
parser.add_argument("--name", default="worker", help="the node's name before the @")
parser.add_argument("--pool", default="prefork", choices=["prefork", "threads", "solo"])
parser.add_argument("--concurrency", type=int, default=1)
args = parse(parser)

queues = [args.queue, *args.more]
if args.broadcast:
    broadcast_queue(args.broadcast)
    queues.append(args.broadcast)


@worker_ready.connect
def ready(**_):
    print(f" [*] {args.name} is ready", flush=True)


app.worker_main([
    "worker", "--hostname", f"{args.name}@%h", "--queues", ",".join(queues), "--pool", args.pool,
    "--concurrency", str(args.concurrency), "--task-events", "--loglevel", "INFO",
])
