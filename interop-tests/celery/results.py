"""Calls tasks and waits for what they return, or raise."""
from celery import chain, group

from tasks import add, arguments, echo, fail, parse

args = parse(arguments(__doc__))

print(f" [x] 2 + 3 = {add.delay(2, 3).get(timeout=args.timeout)}")

sums = group(add.s(number, number) for number in range(20))()
print(f" [x] group: {sum(sums.get(timeout=args.timeout))}")

print(f" [x] chain: {chain(add.s(1, 2), add.s(3), add.s(4))().get(timeout=args.timeout)}")

text = "0123456789" * 100_000
print(f" [x] a megabyte came back: {echo.delay(text).get(timeout=args.timeout) == text}")

failed = fail.delay("no such thing")
try:
    failed.get(timeout=args.timeout)
except ValueError as error:
    print(f" [x] raised: {error}, {failed.state}")
