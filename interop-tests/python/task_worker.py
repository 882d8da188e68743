"""Does tasks and acknowledges each one, until it has done --count or is told to quit.

With --hold it takes a task and never finishes it: kill it to see the task go to another worker.
"""
from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--queue", default="task_queue")
parser.add_argument("--count", type=int, help="tasks to do; without it, until told to quit")
parser.add_argument("--prefetch", type=int, default=1, help="unfinished tasks at a time, 0 for any number")
parser.add_argument("--hold", action="store_true")
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.queue_declare(queue=args.queue, durable=True)
channel.basic_qos(prefetch_count=args.prefetch)
done = 0


def on_task(channel, method, properties, body):
    global done
    task = body.decode()
    if task == "quit":
        channel.basic_ack(delivery_tag=method.delivery_tag)
        channel.stop_consuming()
        return

    print(f" [x] Received '{task}'" + (" again" if method.redelivered else ""))
    if args.hold:
        return

    print(f" [x] Done '{task}'")
    channel.basic_ack(delivery_tag=method.delivery_tag)
    done += 1
    if done == args.count:
        channel.stop_consuming()


channel.basic_consume(queue=args.queue, on_message_callback=on_task)
print(f" [*] Waiting for tasks in {args.queue}")
channel.start_consuming()
connection.close()
