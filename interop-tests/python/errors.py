"""Makes the mistakes clients make, and prints the broker's answer to each: name, code, text."""
import re

import pika
from pika.exceptions import (
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from broker import arguments, connect

parser = arguments(__doc__)
parser.add_argument("--queue", default="mistakes", help="a queue for this program alone; it is deleted")
args = parser.parse_args()


def closes_the_channel(name, mistake):
    """Makes the mistake on a channel of its own; the connection must stay open."""
    channel = connection.channel()
    try:
        mistake(channel)
        channel.basic_qos(prefetch_count=1)  # an error of a method without a reply is raised here
    except ChannelClosedByBroker as error:
        print(f" [x] {name}: channel {error.reply_code} {error.reply_text}")
        connection.channel().close()
        return
    raise SystemExit(f"{name}: the broker did not mind")


def closes_the_connection(name, mistake=lambda channel: None, **parameters):
    """Makes the mistake on a connection of its own, opened with these parameters."""
    url = pika.URLParameters(args.url)
    for parameter, value in parameters.items():
        setattr(url, parameter, value)
    try:
        mistake(pika.BlockingConnection(url).channel())
    except ConnectionClosedByBroker as error:
        print(f" [x] {name}: connection {error.reply_code} {error.reply_text}")
    except (ProbableAuthenticationError, ProbableAccessDeniedError) as error:
        # pika raises these exceptions for a connection closed before it was open. Code and text of the reply are in the message.
        code, text = re.search(r"\((\d+)\) '(.*)'", str(error)).groups()
        print(f" [x] {name}: connection {code} {text}")
    else:
        raise SystemExit(f"{name}: the broker did not mind")


def exclusive_elsewhere(channel):
    other = connect(args)
    try:
        other.channel().queue_declare(queue=f"{args.queue}-exclusive", exclusive=True)
        channel.queue_declare(queue=f"{args.queue}-exclusive", passive=True)
    finally:
        other.close()


connection = connect(args)
connection.channel().queue_declare(queue=args.queue, durable=False)

closes_the_channel("no queue", lambda channel: channel.queue_declare(queue=f"{args.queue}-none", passive=True))
closes_the_channel("no exchange", lambda channel: channel.basic_publish(
    exchange=f"{args.queue}-none", routing_key="", body="lost"))
closes_the_channel("no queue to consume", lambda channel: channel.basic_consume(
    queue=f"{args.queue}-none", on_message_callback=lambda *_: None))
closes_the_channel("redeclared", lambda channel: channel.queue_declare(queue=args.queue, durable=True))
closes_the_channel("redeclared with arguments", lambda channel: channel.queue_declare(
    queue=args.queue, arguments={"x-message-ttl": 1000}))
closes_the_channel("exclusive", exclusive_elsewhere)
closes_the_channel("unknown delivery tag", lambda channel: channel.basic_ack(delivery_tag=99))
closes_the_channel("reserved name", lambda channel: channel.queue_declare(queue="amq.mine"))
closes_the_channel("default exchange", lambda channel: channel.exchange_delete(exchange=""))

username = pika.URLParameters(args.url).credentials.username
closes_the_connection("wrong password", credentials=pika.PlainCredentials(username, "wrong"))
closes_the_connection("no virtual host", virtual_host="none")
closes_the_connection("unknown exchange type", lambda channel: channel.exchange_declare(
    exchange=f"{args.queue}-x", exchange_type="x-unheard-of"))

connection.channel().queue_delete(queue=args.queue)
connection.close()
