// One trace: the steps, by message.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { to, query, setQuery } from '../../core/router.js';
import { count, clock, exactClock, utc, bytes, duration } from '../../core/format.js';
import { brokerNow } from '../../core/session.js';
import { PageHead, Figures } from '../../parts/page.js';
import { ActionButton, useObjectInView } from '../../parts/actions.js';
import { Table } from '../../parts/table.js';
import { Loaded, Empty } from '../../parts/states.js';
import { Name, QueueLink, ExchangeLink } from '../../parts/names.js';

const words = {
  published: 'published to', routed: 'routed to', delivered: 'delivered to', acked: 'acknowledged by', rejected: 'rejected by', expired: 'expired in',
  dead_lettered: 'dead-lettered from', returned: 'returned to the publisher of',
};
const tones = { rejected: 'is-warn', expired: 'is-warn', dead_lettered: 'is-warn', returned: 'is-bad', acked: 'is-ok' };

const columns = [
  { id: 'time', label: 'Time', width: '124px', cell: hop => html`<time title=${utc(hop.time)}>${exactClock(hop.time)}</time>` },
  { id: 'message', label: 'Message', width: '88px', number: true, cell: hop => html`#${hop.message}` },
  { id: 'kind', label: 'Step', title: true, width: '136px', cell: hop => html`<span
    class=${`badge ${tones[hop.kind] ?? ''}`}>${(words[hop.kind] ?? hop.kind).split(' ')[0]}</span>` },
  { id: 'place', label: 'Where', width: 'minmax(160px, 1.5fr)', value: hop => hop.queue ?? hop.exchange, cell: hop => html`${hop.queue
    ? html`<${QueueLink} vhost=${hop.vhost} name=${hop.queue} />` : html`<${ExchangeLink} vhost=${hop.vhost} name=${hop.exchange ?? ''} />`}` },
  { id: 'routing_key', label: 'Routing key', width: 'minmax(120px, 1fr)',
    cell: hop => hop.routing_key && html`<${Name} of=${hop.routing_key} />` },
  { id: 'consumer', label: 'Consumer', width: 'minmax(160px, 2fr)', cell: hop => hop.consumer && html`<${Name} of=${hop.consumer} />` },
  { id: 'user', label: 'User', cell: hop => hop.user && html`<${Name} of=${hop.user} />` },
  { id: 'message_id', label: 'Message id', width: 'minmax(96px, 1fr)', phone: false,
    cell: hop => hop.message_id && html`<${Name} of=${hop.message_id} />` },
  { id: 'size', label: 'Size', number: true, width: '72px', phone: false, cell: hop => hop.size === null ? '' : bytes(hop.size) },
];

export function Trace({ id }) {
  const trace = useGet(apiPath('traces', id), { every: 2000 });
  const of = trace.data;
  useObjectInView(`trace ${id}`, of, ['trace.delete']);
  const message = query.value.get('message');
  const hops = useMemo(() => (of?.hops ?? []).filter(hop => !message || String(hop.message) === message).map(hop => ({ vhost: of.vhost, ...hop })),
    [of, message]);
  return html`<${PageHead} title=${`Trace ${id}`} crumbs=${[{ parts: ['trace'], label: 'Traces' }]} actions=${of && html`<${ActionButton} id="trace.delete"
    of=${of} />`}
      badges=${of && html`<span class=${`badge${of.state === 'running' ? ' is-ok' : ''}`}>${of.state}</span>`} />
    <${Loaded} of=${trace}>${data => html`<${Figures} of=${[
      { name: data.queue ? 'Queue' : 'Exchange', value: html`<${Name} of=${data.queue ?? (data.exchange || '(default)')} />`,
        href: data.queue ? to(['queues', data.vhost, data.queue]) : to(['exchanges', data.vhost, data.exchange || 'amq.default']) },
      { name: 'Messages', value: count(new Set(data.hops.map(hop => hop.message)).size) }, { name: 'Steps', value: count(data.hops.length) },
      data.state === 'running' ? { name: 'Ends in', value: duration(data.started_at + data.seconds * 1000 - brokerNow()) }
        : { name: 'Ended', value: html`<span title=${utc(data.ended_at)}>${clock(data.ended_at)}</span>` },
    ]} />
    <${Table} rows=${hops} columns=${columns} noun="step" label="Steps" keyOf=${hop => String(hop.seq)} free=${hops.length < 200}
      onOpen=${hop => setQuery({ message: String(hop.message) })}
      empty=${html`<${Empty}><span>${data.state === 'running' ? 'No message has come by yet. Steps appear here as they happen.' : 'No message came by while the trace ran.'}</span><//>`}>
      ${message && html`<a class="button" href=${to(['trace', id])}>All messages</a>`}<//>`}<//>`;
}
