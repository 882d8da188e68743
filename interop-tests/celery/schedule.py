"""Calls tasks for later, by countdown and by ETA; all are done and none is early. How late one may be is the worker's affair."""
from datetime import datetime, timedelta, timezone
import time

from tasks import arguments, now, parse

args = parse(arguments(__doc__))

start = time.time()
soon = datetime.now(timezone.utc) + timedelta(seconds=1)
due = {"at once": 0, "soon": 1, "later": 5}
calls = {"at once": now.delay(), "soon": now.apply_async(eta=soon), "later": now.apply_async(countdown=5)}
done = {name: call.get(timeout=args.timeout) - start for name, call in calls.items()}
print(f" [x] {', '.join(done)}")
print(f" [x] early: {[name for name in done if done[name] < due[name]]}")
