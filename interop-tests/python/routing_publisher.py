"""Publishes one message for each routing key given, to a direct or a topic exchange."""
from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--exchange", default="routed_logs")
parser.add_argument("--type", choices=["direct", "topic"], default="direct")
parser.add_argument("keys", nargs="+", help="routing keys such as error or kern.critical")
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
channel.exchange_declare(exchange=args.exchange, exchange_type=args.type)

for key in args.keys:
    channel.basic_publish(exchange=args.exchange, routing_key=key, body=f"a message for {key}")
    print(f" [x] Sent {key}: 'a message for {key}'")

connection.close()
