// The jobs of a queue, in place: those that run, and those that ended while the page is open.
import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { refresh, useGet } from '../../core/api.js';
import { brokerNow } from '../../core/session.js';
import { JobLine } from '../../parts/job.js';

/** Tells the page of a queue that a job was started. */
export const announceJob = () => document.dispatchEvent(new CustomEvent('job-started'));

export function QueueJobs({ vhost, name }) {
  const [opened] = useState(brokerNow);
  const [dismissed, setDismissed] = useState(() => new Set());
  const [isBusy, setBusy] = useState(false);
  const jobs = useGet('/api/jobs', { every: isBusy ? 700 : 5000 });
  const mine = (jobs.data ?? []).filter(job => job.vhost === vhost && job.source === name && !job.dry_run && job.kind !== 'export'
    && !dismissed.has(job.id) && (job.state === 'running' || job.ended_at > opened));
  const running = mine.filter(job => job.state === 'running').length;
  useEffect(() => {
    document.addEventListener('job-started', jobs.reload);
    return () => document.removeEventListener('job-started', jobs.reload);
  }, [jobs.reload]);
  useEffect(() => setBusy(running > 0), [running]);
  const ended = mine.length - running;
  const before = useRef(0);
  useEffect(() => {
    if (ended > before.current)
      refresh();
    before.current = ended;
  }, [ended]);
  return mine.length > 0 && html`<div class="jobs">${mine.map(job => html`<${JobLine} key=${job.id} job=${job} onDismiss=${() =>
    setDismissed(new Set([...dismissed, job.id]))} />`)}</div>`;
}
