"""Receives --count log lines from a fanout exchange, in an exclusive queue that the broker names."""
from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--exchange", default="logs")
parser.add_argument("--count", type=int, default=1)
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.exchange_declare(exchange=args.exchange, exchange_type="fanout")
queue = channel.queue_declare(queue="", exclusive=True).method.queue
channel.queue_bind(exchange=args.exchange, queue=queue)
received = 0


def on_line(channel, method, properties, body):
    global received
    received += 1
    print(f" [x] Received '{body.decode()}'")
    if received == args.count:
        channel.stop_consuming()


channel.basic_consume(queue=queue, on_message_callback=on_line, auto_ack=True)
print(f" [*] Waiting for logs in {queue}")
channel.start_consuming()
connection.close()
