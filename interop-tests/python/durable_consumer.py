"""Takes what durable_publisher left in its queue, and shows that exchange and binding are there too."""
from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--name", default="ledger", help="of the exchange, the queue and the binding")
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.confirm_delivery()

# Passive: an ordinary declare would create exchange and queue if the broker had lost them.
channel.exchange_declare(exchange=args.name, passive=True)
held = channel.queue_declare(queue=args.name, passive=True).method.message_count
print(f" [x] The queue holds {held} messages")

channel.basic_publish(exchange=args.name, routing_key=args.name, body="through the binding", mandatory=True)
for method, _, body in channel.consume(queue=args.name):
    print(f" [x] Received '{body.decode()}'")
    channel.basic_ack(delivery_tag=method.delivery_tag)
    if body == b"through the binding":
        break

channel.cancel()
connection.close()
