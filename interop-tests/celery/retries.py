"""Calls tasks that fail: one less often than it may be tried, one more often."""
from tasks import arguments, flaky, parse

args = parse(arguments(__doc__))

print(f" [x] succeeded after {flaky.delay(2).get(timeout=args.timeout)} retries")
try:
    flaky.delay(10).get(timeout=args.timeout)
except ValueError as error:
    print(f" [x] gave up: {error}")
