"""Sends --count messages to a queue through the default exchange."""
from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--queue", default="hello")
parser.add_argument("--count", type=int, default=1)
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.queue_declare(queue=args.queue)

for number in range(1, args.count + 1):
    channel.basic_publish(exchange="", routing_key=args.queue, body=f"Hello World! {number}")
    print(f" [x] Sent 'Hello World! {number}'")

connection.close()
