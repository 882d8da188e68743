"""Sends messages of many sizes, and one with every property and header type; each must come back the same."""
import os
from datetime import datetime, timezone
from decimal import Decimal

import pika

from broker import arguments, connect

parser = arguments(__doc__)
args = parser.parse_args()

connection = connect(args)
channel = connection.channel()
queue = channel.queue_declare(queue="", exclusive=True).method.queue
messages = channel.consume(queue=queue, auto_ack=True)


def round_trip(body, properties=None):
    channel.basic_publish(exchange="", routing_key=queue, body=body, properties=properties)
    _, properties, received = next(messages)
    if received != body:
        raise SystemExit(f"{len(body)} bytes went, {len(received)} other bytes came back")
    return properties


# A body frame holds frame-max less 8 bytes; 131072 is the default frame-max.
for size in (0, 1, 4088, 131063, 131064, 131065, 262128, 1024 * 1024, 5_000_000):
    round_trip(os.urandom(size))
    print(f" [x] {size} bytes came back")

headers = {
    "text": "grüße, 世界",
    "empty": "",
    "bytes": bytes([0, 1, 254, 255]),
    "true": True,
    "false": False,
    "int": 42,
    "negative": -42,
    "long": 2 ** 40,
    "decimal": Decimal("3.14"),
    "timestamp": datetime(2024, 2, 29, 12, 30, tzinfo=timezone.utc),
    "nothing": None,
    "table": {"inner": {"deep": "yes"}, "list": [1, 2]},
    "array": [1, "two", None, {"three": 3}, [4]],
    "no-table": {},
    "no-array": [],
}
sent = pika.BasicProperties(
    content_type="application/json",
    content_encoding="gzip",
    headers=headers,
    delivery_mode=2,
    priority=7,
    correlation_id="correlation",
    reply_to="reply.queue",
    expiration="60000",
    message_id="message-1",
    timestamp=1700000000,
    type="order.created",
    user_id=pika.URLParameters(args.url).credentials.username,
    app_id="interop",
    cluster_id="cluster")
received = round_trip(b"{}", sent)

for name, value in vars(sent).items():
    if name == "headers":
        continue
    if getattr(received, name) != value:
        raise SystemExit(f"property {name}: {value!r} went, {getattr(received, name)!r} came back")
    print(f" [x] property {name} came back")

for name, value in headers.items():
    back = received.headers.get(name)
    if isinstance(value, datetime) and isinstance(back, datetime):
        back = back.replace(tzinfo=timezone.utc)  # pika returns timestamps in UTC, but without a time zone
    if name not in received.headers or back != value:
        raise SystemExit(f"header {name}: {value!r} went, {back!r} came back")
    print(f" [x] header {name} came back")

bare = round_trip(b"bare", pika.BasicProperties())
if any(value is not None for value in vars(bare).values()):
    raise SystemExit(f"properties appeared: {bare}")
print(" [x] no properties came back")

channel.cancel()
connection.close()
