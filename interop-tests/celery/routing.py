"""Routes tasks: by their names, by a queue given with the call, and by a topic."""
from kombu import Exchange, Queue

from tasks import app, arguments, elsewhere, parse, where

parser = arguments(__doc__)
parser.add_argument("--other", required=True, help="a second queue")
parser.add_argument("--topics", required=True, help="a topic exchange, to which the second queue is bound for feed.#")
args = parse(parser)

app.conf.task_routes = {"tasks.else*": {"queue": args.other}}
topics = Exchange(args.topics, type="topic")
with app.connection_for_write() as connection:
    channel = connection.default_channel
    Queue(args.other, topics, routing_key="feed.#", queue_arguments={"x-max-priority": 10})(channel).declare()

print(f" [x] default: {where.delay().get(timeout=args.timeout)}")
print(f" [x] queue: {where.apply_async(queue=args.other).get(timeout=args.timeout)}")
print(f" [x] topic: {where.apply_async(exchange=topics, routing_key='feed.news').get(timeout=args.timeout)}")
print(f" [x] route: {elsewhere.delay().get(timeout=args.timeout)}")
