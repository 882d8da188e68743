"""Receives --count messages whose routing keys match one of the binding keys given."""
from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--exchange", default="routed_logs")
parser.add_argument("--type", choices=["direct", "topic"], default="direct")
parser.add_argument("--count", type=int, default=1)
parser.add_argument("keys", nargs="+", help="binding keys such as error, kern.* or #")
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.exchange_declare(exchange=args.exchange, exchange_type=args.type)
queue = channel.queue_declare(queue="", exclusive=True).method.queue
for key in args.keys:
    channel.queue_bind(exchange=args.exchange, queue=queue, routing_key=key)
received = 0


def on_message(channel, method, properties, body):
    global received
    received += 1
    print(f" [x] Received {method.routing_key}: '{body.decode()}'")
    if received == args.count:
        channel.stop_consuming()


channel.basic_consume(queue=queue, on_message_callback=on_message, auto_ack=True)
print(f" [*] Waiting for {' '.join(args.keys)}")
channel.start_consuming()
connection.close()
