// The tab Unacknowledged of a queue: who holds which messages, and for how long.
import { html, useState } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { lacks } from '../../core/session.js';
import { count, duration, NONE } from '../../core/format.js';
import { Table } from '../../parts/table.js';
import { Empty, Loaded } from '../../parts/states.js';
import { Name, ObjectLink } from '../../parts/names.js';
import { MessageView } from '../../parts/message.js';
import { Whole, contentColumns } from './messages.js';

const PAGE = 100;
const MOST = 1000;

const columns = [
  { id: 'consumer_tag', label: 'Consumer', width: 'minmax(140px, 1.5fr)', cell: row => row.consumer_tag === null
    ? html`<span class="muted">taken by basic.get</span>` : html`<${Name} of=${row.consumer_tag} />` },
  { id: 'channel', label: 'Channel', width: 'minmax(160px, 1.5fr)', cell: row => html`<${ObjectLink} parts=${['channels', row.channel]} of=${row.channel} />` },
  { id: 'user', label: 'User', width: 'minmax(72px, 0.7fr)', cell: row => html`<${Name} of=${row.user} />` },
  { id: 'unacknowledged_for', label: 'Held for', number: true, width: '96px', cell: row => row.unacknowledged_for === undefined ? NONE
    : html`<span title="at least">${duration(row.unacknowledged_for)}</span>`,
    tone: row => row.unacknowledged_for > 300_000 ? 'warn' : '' },
  { id: 'delivery_tag', label: 'Delivery tag', number: true, width: '104px', cell: row => count(row.delivery_tag) },
  ...contentColumns.map(column => ({ ...column, title: false })),
];

/** Messages by holder, most first. */
function holders(messages) {
  const all = new Map();
  for (const { channel, consumer_tag: tag, unacknowledged_for: age } of messages) {
    const key = `${channel}\n${tag}`;
    const one = all.get(key) ?? { key, channel, tag, count: 0, age: undefined };
    all.set(key, { ...one, count: one.count + 1, age: age === undefined ? one.age : Math.max(age, one.age ?? 0) });
  }
  return [...all.values()].sort((one, other) => other.count - one.count);
}

export function Unacked({ of }) {
  const [limit, setLimit] = useState(PAGE);
  const [open, setOpen] = useState(null);
  const denied = lacks('read', of.vhost, of.name);
  const data = useGet(denied ? null : `${apiPath('queues', of.vhost, of.name)}/messages/unacked?limit=${limit}`, { every: 5000 });
  if (denied)
    return html`<${Empty}><span>The messages are not shown: ${denied}.</span><//>`;
  return html`<${Loaded} of=${data}>${answer => answer.messages.length === 0
    ? html`<${Empty}><span>No message is unacknowledged. Messages are here between their delivery and their acknowledgement.</span><//>`
    : html`<table class="plain-table holders"><caption class="visually-hidden">Who holds messages</caption><thead><tr><th>Held by</th><th>Channel</th><th
      class="is-number">Messages</th><th class="is-number">Longest</th></tr></thead>
        <tbody>${holders(answer.messages).slice(0, 8).map(one => html`<tr key=${one.key}>
          <td>${one.tag === null ? 'basic.get' : html`<${Name} of=${one.tag} />`}</td>
          <td><${ObjectLink} parts=${['channels', one.channel]} of=${one.channel} /></td><td class="is-number">${count(one.count)}</td>
          <td class="is-number">${one.age === undefined ? NONE : duration(one.age)}</td></tr>`)}</tbody></table>
      <div class=${open ? 'split' : ''}><${Table} label="Unacknowledged messages" noun="message" rows=${answer.messages} columns=${columns}
        keyOf=${row => `${row.channel} ${row.delivery_tag}`} onOpen=${setOpen} />
        ${open && html`<div class="split-side"><${MessageView} message=${open} vhost=${of.vhost} title=${`Delivery ${open.delivery_tag}`}
          whole=${html`<${Whole} of=${of} message=${open} onRead=${setOpen} />`} onClose=${() => setOpen(null)} /></div>`}</div>
      ${answer.next_offset !== null && limit < MOST && html`<p class="more"><button type="button" class="button"
        onClick=${() => setLimit(MOST)}>Show ${count(Math.min(MOST, answer.messages_unacknowledged))}</button></p>`}`}<//>`;
}

