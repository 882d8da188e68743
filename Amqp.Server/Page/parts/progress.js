// The progress of a job.
import { html } from '../vendor/preact.js';
import { count } from '../core/format.js';

/** @param {{ of: object }} props  A job of the API. */
export function Progress({ of }) {
  const total = of.limit ? Math.min(of.limit, of.messages_total) : of.messages_total;
  const done = of.limit ? Math.max(of.messages_done, of.messages_matched) : of.messages_looked_at;
  const part = of.state === 'completed' ? 1 : total > 0 ? Math.min(1, done / total) : 0;
  return html`<div class="progress" role="progressbar" aria-label=${`Progress of job ${of.id}`} aria-valuemin="0" aria-valuemax="100"
    aria-valuenow=${Math.round(part * 100)}
    title=${`${count(of.messages_looked_at)} of ${count(of.messages_total)} looked at`}><div style=${{ width: `${part * 100}%` }}></div></div>`;
}
