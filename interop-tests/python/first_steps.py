"""The calls that introductions to message queues show first, one step per run.

send            declare a queue, publish JSON, close
send-only       publish to a queue that is taken to be there, and leave without closing
receive         declare, consume --count messages, acknowledge none
receive-and-ack consume --count messages, acknowledge each
bind            declare a queue, bind it to the default exchange with an empty routing key
"""
import argparse
import json
import sys

from broker import arguments, connect

parser = arguments(__doc__)
parser.formatter_class = argparse.RawDescriptionHelpFormatter
parser.add_argument("step", choices=["send", "send-only", "receive", "receive-and-ack", "bind"])
parser.add_argument("--queue", default="hello")
parser.add_argument("--count", type=int, default=1)
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
received = 0


def on_message(channel, method, properties, body):
    global received
    received += 1
    print(f" [x] Received '{json.loads(body)}'" + (" again" if method.redelivered else ""))
    if args.step == "receive-and-ack":
        channel.basic_ack(delivery_tag=method.delivery_tag)
    if received == args.count:
        channel.stop_consuming()


if args.step not in ("send-only", "receive-and-ack"):
    channel.queue_declare(queue=args.queue)

if args.step.startswith("send"):
    channel.basic_publish(exchange="", routing_key=args.queue, body=json.dumps("Hello World!"))
    print(" [x] Sent 'Hello World!'")
    if args.step == "send-only":
        sys.exit()  # the socket is closed without connection.close
elif args.step == "bind":
    channel.queue_bind(exchange="", queue=args.queue, routing_key="")
    print(f" [x] Bound '{args.queue}'")
else:
    channel.basic_consume(queue=args.queue, on_message_callback=on_message, auto_ack=False)
    print(" [*] Waiting for messages")
    channel.start_consuming()

connection.close()
