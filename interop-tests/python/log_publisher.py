"""Publishes log lines to a fanout exchange: every subscriber gets each of them."""
from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--exchange", default="logs")
parser.add_argument("lines", nargs="*", default=["info: Hello World!"])
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.exchange_declare(exchange=args.exchange, exchange_type="fanout")

for line in args.lines:
    channel.basic_publish(exchange=args.exchange, routing_key="", body=line)
    print(f" [x] Sent '{line}'")

connection.close()
