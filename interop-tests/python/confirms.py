"""Publishes with confirms: an ack for what was taken, and before it a return for what has no queue."""
import pika

from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--count", type=int, default=100)
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.confirm_delivery()  # from here on basic_publish waits for the confirm
queue = channel.queue_declare(queue="", exclusive=True).method.queue

for number in range(1, args.count + 1):
    channel.basic_publish(exchange="", routing_key=queue, body=f"message {number}", mandatory=True)
print(f" [x] Confirmed {args.count} messages")

held = channel.queue_declare(queue=queue, passive=True).method.message_count
print(f" [x] The queue holds {held} messages")

try:
    channel.basic_publish(exchange="", routing_key=f"{queue}-none", body="lost", mandatory=True)
    raise SystemExit("a mandatory message without a queue was not returned")
except pika.exceptions.UnroutableError as error:
    returned = error.messages[0]
    print(f" [x] Returned '{returned.body.decode()}': {returned.method.reply_code} {returned.method.reply_text}")

channel.basic_publish(exchange="", routing_key=f"{queue}-none", body="lost")
print(" [x] Confirmed a message that is not mandatory and has no queue")

connection.close()
