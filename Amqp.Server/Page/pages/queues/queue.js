// One queue: its figures, charts and tabs.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { query, to } from '../../core/router.js';
import { bytes, count, rate, short } from '../../core/format.js';
import { Facts, Figures, PageHead, Tabs } from '../../parts/page.js';
import { ActionButton, ActionMenu, useObjectInView } from '../../parts/actions.js';
import { Busy, Fault, Gone } from '../../parts/states.js';
import { Age, Name, ObjectLink } from '../../parts/names.js';
import { State } from '../../parts/cells.js';
import { Chart } from '../../parts/chart.js';
import { Foldable, Ranges, depths, growths, range, sampleQuery } from '../../parts/samples.js';
import { BindingsOf } from '../exchanges/bindings.js';
import { Arguments } from './arguments.js';
import { Consumers } from './consumers.js';
import { Messages } from './messages.js';
import { QueueJobs } from './jobs.js';
import { Quarantine } from './quarantine.js';
import { Unacked } from './unacked.js';
import { Why, closeWhy, openWhy } from './why.js';
import './actions.js';
import './take.js';
import './transfer.js';

const MORE = ['queue.copy', 'queue.replay', 'queue.export', 'queue.take', 'queue.restart', 'queue.delete_messages', 'queue.purge', 'queue.delete'];
/** All actions on a queue. */
export const queueActions = ['message.publish', 'queue.move', ...MORE];

const Badges = ({ of }) => html`<span class="row"><span class="badge">${of.type}</span><span class="badge">${of.durable ? 'durable' : 'transient'}</span>
  ${of.auto_delete && html`<span class="badge">auto-delete</span>`}${of.exclusive && html`<span class="badge">exclusive</span>`}
  ${of.arguments['x-single-active-consumer'] && html`<span class="badge">single active consumer</span>`}
  ${of.policy && html`<span class="badge">policy <${ObjectLink} parts=${['policies', of.vhost, of.policy]} of=${of.policy} /></span>`}
  ${of.operator_policy && html`<span class="badge">operator policy <${ObjectLink} parts=${['policies', of.vhost, of.operator_policy]} of=${of.operator_policy}
    /></span>`}
  <${State} of=${of.state} /></span>`;

const rateOf = (of, name) => of.message_stats?.[`${name}_details`]?.rate ?? 0;

/** When the oldest ready message was published: from the list of queues, whose snapshot knows it. */
function useOldest(vhost, name) {
  const list = useGet(`/api/queues?limit=50&vhost=${encodeURIComponent(vhost)}&q=${encodeURIComponent(`name:"${name.replaceAll('"', '')}"`)}`, { every: 5000 });
  return list.data?.items.find(row => row.name === name && row.vhost === vhost)?.oldest_at ?? null;
}

function QueueFigures({ of, base }) {
  const oldest = useOldest(of.vhost, of.name);
  return html`<div class="queue-figures"><${Figures} of=${[
    { name: 'Ready', value: short(of.messages_ready), href: to(base) },
    { name: 'Unacked', value: short(of.messages_unacknowledged), href: to([...base, 'unacked']) },
    { name: 'Total', value: short(of.messages) },
    { name: 'Oldest', value: of.messages_ready > 0 ? html`<${Age} of=${of.oldest_at ?? oldest} />` : '–' },
    { name: 'In', value: rate(rateOf(of, 'publish')), unit: '/s' },
    { name: 'Out', value: rate(rateOf(of, 'deliver_get')), unit: '/s' },
    { name: 'Consumers', value: count(of.consumers), href: to([...base, 'consumers']) },
    { name: 'Bytes', value: bytes(of.message_bytes) },
  ]} /></div>`;
}

function Charts({ of }) {
  const { seconds } = range();
  const messages = useMemo(() => depths([
    { label: 'Ready', color: 1, details: of.messages_ready_details },
    { label: 'Unacked', color: 2, isDashed: true, details: of.messages_unacknowledged_details },
  ]), [of]);
  const rates = useMemo(() => growths([
    { label: 'Publish', color: 1, details: of.message_stats?.publish_details },
    { label: 'Deliver', color: 2, isDashed: true, details: of.message_stats?.deliver_get_details },
    { label: 'Ack', color: 3, details: of.message_stats?.ack_details },
    { label: 'Redeliver', color: 4, isDashed: true, details: of.message_stats?.redeliver_details },
  ]), [of]);
  return html`<${Foldable}><div class="cards is-three">
    <${Chart} title="Messages" times=${messages.times} series=${messages.series} range=${seconds} />
    <${Chart} title="Rates per second" times=${rates.times} series=${rates.series} format=${rate} range=${seconds} />
    <section class="card"><header><h2>Consumer capacity</h2></header><div class="meter">
      <div class="value">${of.consumers === 0 ? '–' : `${Math.round((of.consumer_capacity ?? 0) * 100)} %`}</div>
      <div class="progress" role="img" aria-label=${`Consumer capacity ${Math.round((of.consumer_capacity ?? 0) * 100)} %`}><div
        style=${{ width: `${(of.consumer_capacity ?? 0) * 100}%` }}></div></div>
      <p class="muted">${of.consumers === 0 ? 'There is no consumer.' : of.consumer_capacity >= 0.99 ? 'Consumers can take each message at once.'
        : 'Share of the time in which a consumer could take a message at once. More consumers, or a higher prefetch, would raise it.'}</p></div>
      <${Facts} of=${[
        ['Redelivered', `${rate(rateOf(of, 'redeliver'))}/s`], ['Idle since', of.idle_since && html`<${Age} of=${of.idle_since} /> ago`],
      ]} /></section></div><//>`;
}

const tabsOf = of => [
  { id: 'messages', label: html`Messages <small>${short(of.messages_ready)}</small>` },
  { id: 'unacked', label: html`Unacked <small>${short(of.messages_unacknowledged)}</small>` },
  { id: 'consumers', label: html`Consumers <small>${count(of.consumers)}</small>` },
  { id: 'bindings', label: 'Bindings' },
  { id: 'arguments', label: 'Arguments' },
  ...of.messages_quarantined > 0 ? [{ id: 'quarantine', label: html`Quarantine <small>${count(of.messages_quarantined)}</small>` }] : [],
];

export function Queue({ vhost, name, tab = 'messages' }) {
  const queue = useGet(`${apiPath('queues', vhost, name)}?${sampleQuery()}`, { every: 5000 });
  const of = queue.data && { ...queue.data, vhost, name, exchange: '', queue: name };
  useObjectInView(`queue ${name}`, of, queueActions);
  const base = ['queues', vhost, name];
  const isWhy = query.value.has('why');
  const crumbs = [{ parts: ['queues'], label: 'Queues' }, { parts: ['queues'], query: { vhost }, label: `virtual host ${vhost}` }];
  const actions = of && html`<${Ranges} /><button type="button" class="button" aria-expanded=${isWhy} onClick=${isWhy ? closeWhy : openWhy}>Why?</button>
    <${ActionButton} id="message.publish" of=${of} primary /><${ActionButton} id="queue.move" of=${of} /><${ActionMenu} ids=${MORE} of=${of} />`;
  const isGone = queue.error?.status === 404;
  return html`<${PageHead} title=${html`<${Name} of=${name} />`} crumbs=${crumbs} badges=${of && !isGone && html`<${Badges} of=${of} />`}
    actions=${isGone ? null : actions} />
    ${isGone ? html`<${Gone} noun="queue" parts=${['queues']} label="All queues" />` : html`
      ${queue.error && html`<${Fault} error=${queue.error} retry=${queue.reload} />`}
      ${!of && !queue.error && html`<${Busy} />`}
      ${of && html`${isWhy && html`<${Why} vhost=${vhost} name=${name} />`}
        <${QueueJobs} vhost=${vhost} name=${name} />
        <${QueueFigures} of=${of} base=${base} />
        <${Charts} of=${queue.data} />
        <${Tabs} tabs=${tabsOf(of)} current=${tab} base=${base} label="Parts of the queue" />
        ${tab === 'messages' && html`<${Messages} of=${of} />`}
        ${tab === 'unacked' && html`<${Unacked} of=${of} />`}
        ${tab === 'consumers' && html`<${Consumers} of=${of} />`}
        ${tab === 'bindings' && html`<${BindingsOf} of=${of} kind="queue" />`}
        ${tab === 'arguments' && html`<${Arguments} of=${of} />`}
        ${tab === 'quarantine' && html`<${Quarantine} of=${{ ...of, kind: 'queues' }} />`}`}`}`;
}
