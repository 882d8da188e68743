// Jobs that move, copy, replay, delete or export messages: what they did, their progress, and their cancel button.
import { html, useCallback, useEffect, useState } from '../vendor/preact.js';
import { get, send } from '../core/api.js';
import { toast } from '../core/toasts.js';
import { amount, count } from '../core/format.js';
import { Name } from './names.js';
import { Progress } from './progress.js';

const POLL = 400;

const words = {
  move: ['Moving', 'moved', 'would be moved'], copy: ['Copying', 'copied', 'would be copied'], replay: ['Replaying', 'replayed', 'would be replayed'],
  delete: ['Deleting', 'deleted', 'would be deleted'], export: ['Exporting', 'exported', 'would be exported'],
};
const wordsOf = job => words[job.kind] ?? [job.kind, 'handled', 'would be handled'];

/** What a job did, in a sentence. */
export function jobText(job) {
  const [, done, would] = wordsOf(job);
  const target = job.kind === 'delete' || !job.destination ? '' : ` to ${job.destination.replace(/^the client$/, 'a file')}`;
  if (job.state === 'failed')
    return `After ${amount(job.messages_done, 'message')} the job failed: ${job.reason ?? 'no reason is known'}.`;
  const text = `${amount(job.messages_done, 'message')} ${job.dry_run ? would : `${job.messages_done === 1 ? 'was' : 'were'} ${done}`}${target}.`;
  return job.state === 'cancelled' ? `${text} Then the job was cancelled.` : text;
}

/** Messages that a job left in their places, by reason. */
export const Skipped = ({ job }) => job.messages_skipped > 0
  && html`<p>${amount(job.messages_skipped, 'message')} ${job.messages_skipped === 1 ? 'stays' : 'stay'}:
  ${Object.entries(job.skipped ?? {}).map(([why, n], i) => `${i > 0 ? '; ' : ''}${count(n)} ${why}`)}</p>`;

/** Reads a job until it has ended. Returns the job, or null; `watch(job)` starts. */
export function useJob() {
  const [job, setJob] = useState(null);
  useEffect(() => {
    if (job?.state !== 'running')
      return undefined;
    const timer = setTimeout(async () => {
      try {
        const next = await get(`/api/jobs/${job.id}`);
        setJob(now => now?.id === next.id ? next : now);
      } catch (error) {
        setJob(now => now && { ...now, ...error.status === 404 ? { state: 'failed', reason: 'the broker was restarted' } : {}, polls: (now.polls ?? 0) + 1 });
      }
    }, POLL);
    return () => clearTimeout(timer);
  }, [job]);
  return [job, setJob];
}

/** Cancels a job. */
export const cancelJob = job => send('DELETE', `/api/jobs/${job.id}`).catch(error => toast(error.message, { isError: true }));

/** One job: progress and Cancel while it runs, then its result. */
export function JobLine({ job, onDismiss }) {
  const [isCancelling, setCancelling] = useState(false);
  const cancel = useCallback(async () => {
    setCancelling(true);
    await cancelJob(job);
  }, [job.id]);
  const isRunning = job.state === 'running';
  const [doing] = wordsOf(job);
  const total = Math.min(job.limit ?? Infinity, job.messages_total);
  return html`<div class=${`job${job.state === 'failed' ? ' is-bad' : ''}`} role="status">
    <div><b>${isRunning ? `${doing}${job.dry_run ? ' (dry run)' : ''}` : jobText(job)}</b>
      ${isRunning && html` ${count(job.messages_done)} of at most ${count(total)}${job.destination && job.kind !== 'delete'
        && html` to <${Name} of=${job.destination} />`}`}
      ${job.filter?.length > 0 && html` <span class="muted">where ${job.filter.map((one, i) => html`${i > 0 && ' and '}<code><${Name} of=${one} />
        </code>`)}</span>`}
      ${job.waits_for && html` <span class="muted">waits for the end of the ${job.waits_for}</span>`}
      <${Skipped} job=${job} /></div>
    ${isRunning && html`<${Progress} of=${job} />`}
    ${isRunning ? html`<button type="button" class="button" aria-disabled=${isCancelling ? 'true' : undefined} onClick=${cancel}>Cancel</button>`
      : onDismiss && html`<button type="button" class="button" onClick=${onDismiss}>Dismiss</button>`}
  </div>`;
}
