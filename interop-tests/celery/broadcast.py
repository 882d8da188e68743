"""Sends a task to every worker that listens."""
from tasks import arguments, broadcast_queue, note, parse

parser = arguments(__doc__)
parser.add_argument("--broadcast", default="everyone")
args = parse(parser)

broadcast_queue(args.broadcast)
note.apply_async(("to all",), queue=args.broadcast, exchange=args.broadcast)
print(" [x] Sent 'to all'")
