// The list of queues, with purge and delete of several.
import { html, useState } from '../../vendor/preact.js';
import { chosenHost, to } from '../../core/router.js';
import { virtualHosts } from '../../core/session.js';
import { count, rate, bytes } from '../../core/format.js';
import { PageHead } from '../../parts/page.js';
import { List } from '../../parts/list.js';
import { ActionButton, RowActions } from '../../parts/actions.js';
import { Name, Age } from '../../parts/names.js';
import { countCell, rateCell, Features, State, Trend } from '../../parts/cells.js';
import { Queue, queueActions } from './queue.js';

const columns = [
  { id: 'name', label: 'Name', title: true, width: 'minmax(220px, 3fr)',
    cell: row => html`<a href=${hrefOf(row)} tabindex="-1"><${Name} of=${row.name} /></a><${Features} of=${row.features} />` },
  { id: 'vhost', label: 'Virtual host', width: 'minmax(80px, 1fr)', cell: row => html`<${Name} of=${row.vhost} />` },
  { id: 'type', label: 'Type', width: '88px', phone: false },
  { id: 'state', label: 'State', width: '96px', cell: row => html`<${State} of=${row.state} />` },
  { id: 'messages_ready', label: 'Ready', number: true, ...countCell('messages_ready') },
  { id: 'messages_unacknowledged', label: 'Unacked', number: true, ...countCell('messages_unacknowledged') },
  { id: 'messages', label: 'Total', number: true, ...countCell('messages') },
  { id: 'message_bytes', label: 'Bytes', number: true, cell: row => bytes(row.message_bytes), tone: row => row.message_bytes === 0 ? 'zero' : '' },
  { id: 'consumers', label: 'Consumers', number: true, width: '108px', cell: row => row.consumers === 0 ? 'none' : count(row.consumers),
    tone: row => row.consumers === 0 ? (row.messages_ready > 0 ? 'warn' : 'zero') : '' },
  { id: 'publish_rate', label: 'In/s', number: true, ...rateCell('publish_rate') },
  { id: 'deliver_rate', label: 'Out/s', number: true, ...rateCell('deliver_rate') },
  { id: 'ack_rate', label: 'Ack/s', number: true, ...rateCell('ack_rate') },
  { id: 'redeliver_rate', label: 'Redelivered/s', number: true, ...rateCell('redeliver_rate') },
  { id: 'growth', label: 'Growth/s', number: true, cell: row => `${row.growth > 0 ? '+' : ''}${rate(row.growth)}`, tone: row => row.growth > 0
    ? 'warn' : 'zero' },
  { id: 'oldest_at', label: 'Oldest', number: true, width: '88px', cell: row => html`<${Age} of=${row.oldest_at} />` },
  { id: 'policy', label: 'Policy', cell: row => row.policy && html`<${Name} of=${row.policy} />` },
  { id: 'trend', label: 'Trend', sortable: false, width: '96px', phone: false, cell: row => html`<${Trend} of=${row.trend} />` },
];
const usual = ['messages_ready', 'messages_unacknowledged', 'consumers', 'publish_rate', 'deliver_rate', 'oldest_at', 'trend'];

const filters = [
  { text: 'is:growing', label: 'growing' }, { text: 'is:unconsumed', label: 'no consumers' }, { text: 'is:idle', label: 'idle' },
    { text: 'is:dlx', label: 'dead letters' },
];

const hrefOf = row => to(['queues', row.vhost, row.name]);

function QueueList() {
  const [row, setRow] = useState(null);
  const vhost = chosenHost.value;
  const usualHere = virtualHosts.value.length > 1 && !vhost ? ['vhost', ...usual] : usual;
  return html`<${PageHead} title="Queues" actions=${html`<a class="button" href=${to(['jobs'])}>Jobs</a><${ActionButton} id="queue.add"
    of=${{ vhost: vhost || virtualHosts.value[0] }} primary />`} />
    <${List} kind="queues" noun="queue" label="Queues" columns=${columns} usual=${usualHere} sortBy="name" filters=${filters}
      keyOf=${row => `${row.vhost}\n${row.name}`} hrefOf=${hrefOf} onActions=${setRow}
      bulk=${(rows, clear) => html`<${ActionButton} id="queues.purge" of=${{ rows, clear }} /><${ActionButton} id="queues.delete" of=${{ rows, clear }} />`}
      empty=${html`<div class="empty"><span>Queues keep messages until consumers take them. There are none yet.</span>
        <${ActionButton} id="queue.add" of=${{ vhost: vhost || virtualHosts.value[0] }} primary /></div>`} />
    ${row && html`<${RowActions} title=${html`<${Name} of=${row.name} />`} of=${{ ...row, exchange: '', queue: row.name }} ids=${queueActions}
      onClose=${() => setRow(null)} />`}`;
}

export const Queues = ({ parts }) => parts.length >= 2
  ? html`<${Queue} key=${`${parts[0]}\n${parts[1]}`} vhost=${parts[0]} name=${parts[1]} tab=${parts[2]} />` : html`<${QueueList} />`;
