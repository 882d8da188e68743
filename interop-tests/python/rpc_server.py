"""Answers --count requests for Fibonacci numbers, each to its reply queue with its correlation id."""
import pika

from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--queue", default="rpc_queue")
parser.add_argument("--count", type=int, default=1)
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.queue_declare(queue=args.queue)
channel.basic_qos(prefetch_count=1)
answered = 0


def fib(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def on_request(channel, method, properties, body):
    global answered
    n = int(body)
    print(f" [.] fib({n})")
    channel.basic_publish(
        exchange="",
        routing_key=properties.reply_to,
        properties=pika.BasicProperties(correlation_id=properties.correlation_id),
        body=str(fib(n)))
    channel.basic_ack(delivery_tag=method.delivery_tag)
    answered += 1
    if answered == args.count:
        channel.stop_consuming()


channel.basic_consume(queue=args.queue, on_message_callback=on_request)
print(" [*] Awaiting RPC requests")
channel.start_consuming()
connection.close()
