"""Routes by headers: one queue wants all of its headers to match, another any of them."""
import pika

from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--exchange", default="reports")
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.exchange_declare(exchange=args.exchange, exchange_type="headers", auto_delete=True)

queues = {}
for match in ("all", "any"):
    queues[match] = channel.queue_declare(queue="", exclusive=True).method.queue
    channel.queue_bind(
        exchange=args.exchange,
        queue=queues[match],
        arguments={"x-match": match, "format": "pdf", "pages": 3})

# A headers exchange ignores the routing key.
for body, headers in {
    "both": {"format": "pdf", "pages": 3, "author": "someone"},
    "format only": {"format": "pdf", "pages": 4},
    "pages only": {"pages": 3},
    "pages as text": {"pages": "3"},
    "neither": {"format": "zip"},
    "no headers": None,
}.items():
    channel.basic_publish(
        exchange=args.exchange,
        routing_key="ignored",
        body=body,
        properties=pika.BasicProperties(headers=headers))
    print(f" [x] Sent '{body}'")

for match, queue in queues.items():
    while True:
        method, _, body = channel.basic_get(queue=queue, auto_ack=True)
        if method is None:
            break
        print(f" [x] {match} received '{body.decode()}'")

connection.close()
