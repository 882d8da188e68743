"""Arguments, connection and time limit of all programs here."""
import argparse
import os

import pika


def arguments(description):
    """Returns a parser with --url and --timeout; each program adds its own arguments."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--url", default=os.environ.get("AMQP_URL", "amqp://localhost"),
                        help="the broker; $AMQP_URL, else amqp://localhost")
    parser.add_argument("--timeout", type=float, default=30,
                        help="seconds after which an unfinished program fails")
    return parser


def connect(args):
    """Opens a connection. Ends the program with a message if the connection is still open after --timeout."""
    connection = pika.BlockingConnection(pika.URLParameters(args.url))

    def give_up():
        raise SystemExit(f"gave up after {args.timeout:g} seconds")

    connection.call_later(args.timeout, give_up)
    return connection
