"""Publishes --count messages to a durable queue through a durable exchange, each confirmed.

Then restart the broker, and run durable_consumer.
"""
import pika

from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--name", default="ledger", help="of the exchange, the queue and the binding")
parser.add_argument("--count", type=int, default=10)
parser.add_argument("--transient", action="store_true", help="publish messages that need not survive")
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.confirm_delivery()
channel.exchange_declare(exchange=args.name, exchange_type="direct", durable=True)
channel.queue_declare(queue=args.name, durable=True)
channel.queue_bind(exchange=args.name, queue=args.name, routing_key=args.name)

for number in range(1, args.count + 1):
    channel.basic_publish(
        exchange=args.name,
        routing_key=args.name,
        body=f"entry {number}",
        properties=pika.BasicProperties(delivery_mode=1 if args.transient else 2),
        mandatory=True)
print(f" [x] Confirmed {args.count} messages")
connection.close()
