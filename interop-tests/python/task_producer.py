"""Sends --count persistent tasks to a durable queue, then --quit orders to go home, one per worker."""
import pika

from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--queue", default="task_queue")
parser.add_argument("--count", type=int, default=1)
parser.add_argument("--quit", type=int, default=0)
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.queue_declare(queue=args.queue, durable=True)

tasks = [f"task {number}" for number in range(1, args.count + 1)] + ["quit"] * args.quit
for task in tasks:
    channel.basic_publish(
        exchange="",
        routing_key=args.queue,
        body=task,
        properties=pika.BasicProperties(delivery_mode=2))  # persistent
    print(f" [x] Sent '{task}'")

connection.close()
