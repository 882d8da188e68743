// The tab Unroutable of an exchange: the last routing keys that reached no queue.
import { html } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { count } from '../../core/format.js';
import { Table } from '../../parts/table.js';
import { Empty, Loaded } from '../../parts/states.js';
import { Age, Moment, Name } from '../../parts/names.js';

const columns = [
  { id: 'routing_key', label: 'Routing key', title: true, width: 'minmax(160px, 2fr)',
    cell: row => html`<span class="mono"><${Name} of=${row.routing_key || '""'} /></span>` },
  { id: 'messages', label: 'Messages', number: true, width: '104px', cell: row => count(row.messages) },
  { id: 'time', label: 'Last', number: true, width: '104px', cell: row => html`<${Age} of=${row.time} />` },
  { id: 'at', label: 'Time', width: 'minmax(180px, 1fr)', value: row => row.time, cell: row => html`<${Moment} of=${row.time} />` },
  { id: 'reason', label: 'Reason', width: 'minmax(180px, 2fr)', cell: row => html`<${Name} of=${row.reason ?? ''} />` },
];

export function Unroutable({ of }) {
  const data = useGet(`${apiPath('exchanges', of.vhost, of.name || 'amq.default')}/unroutable`, { every: 5000 });
  return html`<p class="muted list-note">The last 100 routing keys with which messages reached no queue.</p><${Loaded}
    of=${data}>${rows => html`<${Table} label="Unroutable keys" noun="key" rows=${rows} columns=${columns}
    keyOf=${row => `${row.routing_key}\n${row.reason}`} empty=${html`<${Empty}><span>Each message reached a queue since the start of the broker.</span><//>`}
      />`}<//>`;
}
