"""Receives --count messages from a queue, then exits."""
from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--queue", default="hello")
parser.add_argument("--count", type=int, default=1)
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.queue_declare(queue=args.queue)
received = 0


def on_message(channel, method, properties, body):
    global received
    received += 1
    print(f" [x] Received '{body.decode()}'")
    if received == args.count:
        channel.stop_consuming()


channel.basic_consume(queue=args.queue, on_message_callback=on_message, auto_ack=True)
print(f" [*] Waiting for {args.count} messages in {args.queue}")
channel.start_consuming()
connection.close()
