// Jobs: moves, copies, replays and deletions of many messages, with their progress.
import { html, useCallback, useState } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { useTopic } from '../../core/live.js';
import { session, isMonitoring, isAdministrator } from '../../core/session.js';
import { define } from '../../core/actions.js';
import { count, duration, amount } from '../../core/format.js';
import { PageHead, Facts } from '../../parts/page.js';
import { ActionButton } from '../../parts/actions.js';
import { InfoDialog } from '../../parts/dialog.js';
import { Table } from '../../parts/table.js';
import { Loaded, Empty } from '../../parts/states.js';
import { Name, QueueLink, Moment, Age } from '../../parts/names.js';
import { Progress } from '../../parts/progress.js';

define({
  id: 'job.cancel',
  label: 'Cancel…',
  danger: true,
  allowed: job => job.state !== 'running' ? 'has ended' : isAdministrator() || job.user === session.value.user ? '' : 'is a job of another user',
  dialog: job => ({
    title: `Cancel job ${job.id}`,
    text: html`<p>The ${job.kind} ends now. ${amount(job.messages_done, 'message')} stay where they are; the others are not touched.</p>`,
    button: 'Cancel job',
  }),
  request: job => ({ method: 'DELETE', path: apiPath('jobs', String(job.id)) }),
  command: job => ['jobs', 'cancel', String(job.id)],
  done: job => ({ text: `Job ${job.id} was cancelled.` }),
});

const columns = [
  { id: 'id', label: 'Job', title: true, width: '140px', value: job => job.id, cell: job => html`${job.kind} ${job.id}${job.dry_run
    && html` <span class="badge">dry run</span>`}` },
  { id: 'state', label: 'State', width: '110px', cell: job => html`<span
    class=${`state${job.state === 'failed' ? ' is-bad' : job.state === 'running' ? '' : ' is-idle'}`} title=${job.reason}>${job.state}</span>` },
  { id: 'progress', label: 'Progress', sortable: false, width: 'minmax(160px, 1fr)', cell: job => html`<${Progress} of=${job} />` },
  { id: 'source', label: 'From', width: 'minmax(140px, 2fr)', cell: job => html`<${QueueLink} vhost=${job.vhost} name=${job.source} />` },
  { id: 'destination', label: 'To', width: 'minmax(140px, 2fr)', cell: job => html`<${Name} of=${job.destination} />` },
  { id: 'messages_done', label: 'Done', number: true, cell: job => count(job.messages_done) },
  { id: 'user', label: 'User', cell: job => html`<${Name} of=${job.user} />` },
  { id: 'started_at', label: 'Started', cell: job => html`<${Age} of=${job.started_at} /> ago` },
  { id: 'actions', label: '', sortable: false, width: '112px', cell: job => job.state === 'running' && html`<${ActionButton} id="job.cancel" of=${job} />` },
];

function Details({ job, onClose }) {
  return html`<${InfoDialog} title=${`${job.kind} ${job.id}`} onClose=${onClose}><${Facts} of=${[
    ['State', job.state], ['Reason', job.reason], ['Waits for', job.waits_for], ['Virtual host', html`<${Name} of=${job.vhost} />`], ['From', html`<${Name}
      of=${job.source} />`],
    ['To', html`<${Name} of=${job.destination} />`], ['Filter', job.filter?.length > 0 && html`<code>${job.filter.join('  ')}</code>`],
      ['Limit', job.limit && count(job.limit)],
    ['Dry run', job.dry_run && 'yes: nothing was changed'], ['Looked at', count(job.messages_looked_at)], ['Matched', count(job.messages_matched)],
      ['Done', count(job.messages_done)],
    ...Object.entries(job.skipped ?? {}).map(([why, messages]) => [`Left out: ${why}`, count(messages)]),
    ['Started', html`<${Moment} of=${job.started_at} />`], ['Took', duration((job.ended_at ?? Date.now()) - job.started_at)], ['User', html`<${Name}
      of=${job.user} />`],
  ]} /><//>`;
}

export function Jobs() {
  const first = useGet('/api/jobs', { every: 5000 });
  const [pushed, setPushed] = useState(null);
  const [inView, setInView] = useState(null);
  const listener = useCallback(jobs => setPushed(jobs), []);
  useTopic('jobs', listener);
  return html`<${PageHead} title="Jobs" />
    <${Loaded} of=${{ ...first, data: pushed ?? first.data }}>${jobs => html`<${Table} rows=${[...jobs].sort((one, other) => other.id - one.id)}
      columns=${columns} noun="job" label="Jobs" free
      keyOf=${job => String(job.id)} onOpen=${job => setInView(job.id)}
      empty=${html`<${Empty}><span>Moves, copies, replays and deletions of messages run as jobs. ${isMonitoring() ? 'None' : 'None of yours'} has run since the start.</span>
        <span>They begin on the page of a queue.</span><//>`} />
      ${inView !== null && jobs.some(job => job.id === inView) && html`<${Details} job=${jobs.find(job => job.id === inView)}
        onClose=${() => setInView(null)} />`}`}<//>`;
}
