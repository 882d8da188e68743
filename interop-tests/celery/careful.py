"""Sends tasks that are acknowledged when they are done."""
from tasks import arguments, careful, parse

parser = arguments(__doc__)
parser.add_argument("--seconds", type=float, default=0, help="how long each takes the first time")
parser.add_argument("texts", nargs="*", default=["task"])
args = parse(parser)

for text in args.texts:
    careful.delay(text, args.seconds)
    print(f" [x] Sent '{text}'")
