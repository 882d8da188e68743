"""Calls tasks for later, by countdown and by ETA; none may be early, and they are done in the order of their times, which Celery keeps to a second or two."""
from datetime import datetime, timedelta, timezone
import time

from tasks import arguments, now, parse

args = parse(arguments(__doc__))

start = time.time()
soon = datetime.now(timezone.utc) + timedelta(seconds=1)
due = {"later": 5, "soon": 1, "at once": 0}
calls = {"later": now.apply_async(countdown=5), "soon": now.apply_async(eta=soon), "at once": now.delay()}
done = {name: call.get(timeout=args.timeout) - start for name, call in calls.items()}
print(f" [x] {', '.join(sorted(done, key=done.get))}")
print(f" [x] early: {[name for name in done if done[name] < due[name]]}")
