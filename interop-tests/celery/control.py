"""Remote control: asks the worker who it is, limits it, takes a task back, and, with --shutdown, sends it home."""
import socket

from celery.exceptions import TaskRevokedError

from tasks import add, app, arguments, now, parse

parser = arguments(__doc__)
parser.add_argument("--worker", default="worker", help="the node's name before the @")
parser.add_argument("--shutdown", action="store_true", help="this, and nothing else")
args = parse(parser)
worker = f"{args.worker}@{socket.gethostname()}"

if args.shutdown:
    app.control.shutdown(destination=[worker])
    raise SystemExit

print(f" [x] ping: {app.control.ping([worker], timeout=10, limit=1) == [{worker: {'ok': 'pong'}}]}")

inspect = app.control.inspect([worker], timeout=10, limit=1)
print(f" [x] queues: {', '.join(queue['name'] for queue in inspect.active_queues()[worker])}")
print(f" [x] tasks: {'tasks.add' in inspect.registered()[worker]}")

revoked = add.apply_async((1, 1), countdown=1)
app.control.revoke(revoked.id, destination=[worker], reply=True, timeout=10, limit=1)
try:
    revoked.get(timeout=args.timeout)
except TaskRevokedError as error:
    print(f" [x] {error}, {revoked.state}")

answers = app.control.rate_limit("tasks.now", "1/s", destination=[worker], reply=True, timeout=10, limit=1)
print(f" [x] rate limit: {[answer['ok'] for answers in answers for answer in answers.values()]}")
times = [call.get(timeout=args.timeout) for call in [now.delay() for _ in range(3)]]
print(f" [x] held back: {max(times) - min(times) > 0.9}")
app.control.rate_limit("tasks.now", "0", destination=[worker], reply=True, timeout=10, limit=1)
