"""What every program here shares: where the broker is, and when to stop waiting for it."""
import argparse
import os

import pika


def arguments(description):
    """A parser that knows --url and --timeout; each program adds its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--url", default=os.environ.get("AMQP_URL", "amqp://localhost"),
                        help="the broker; $AMQP_URL, else amqp://localhost")
    parser.add_argument("--timeout", type=float, default=30,
                        help="seconds after which an unfinished program fails")
    return parser


def connect(args):
    """A connection that ends the program, with a message, when it outlives --timeout."""
    connection = pika.BlockingConnection(pika.URLParameters(args.url))

    def give_up():
        raise SystemExit(f"gave up after {args.timeout:g} seconds")

    connection.call_later(args.timeout, give_up)
    return connection
