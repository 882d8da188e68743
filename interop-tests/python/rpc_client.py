"""Asks a server for Fibonacci numbers, all at once, and matches the replies by correlation id."""
import uuid

import pika

from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--queue", default="rpc_queue")
parser.add_argument("numbers", nargs="*", type=int, default=[30])
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.queue_declare(queue=args.queue)
reply_to = channel.queue_declare(queue="", exclusive=True).method.queue
pending = {str(uuid.uuid4()): number for number in args.numbers}
replies = {}


def on_reply(channel, method, properties, body):
    replies[pending.pop(properties.correlation_id)] = int(body)
    if not pending:
        channel.stop_consuming()


channel.basic_consume(queue=reply_to, on_message_callback=on_reply, auto_ack=True)
for correlation_id, number in pending.items():
    print(f" [x] Requesting fib({number})")
    channel.basic_publish(
        exchange="",
        routing_key=args.queue,
        properties=pika.BasicProperties(reply_to=reply_to, correlation_id=correlation_id),
        body=str(number))

channel.start_consuming()
for number in args.numbers:
    print(f" [.] Got fib({number}) = {replies[number]}")
connection.close()
