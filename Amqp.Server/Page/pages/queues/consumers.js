// The tab Consumers of a queue.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet } from '../../core/api.js';
import { count } from '../../core/format.js';
import { Table } from '../../parts/table.js';
import { Empty } from '../../parts/states.js';
import { Name, ObjectLink, Age } from '../../parts/names.js';
import { valueText } from '../../parts/message.js';

const statusWords = { up: 'active', single_active: 'the active one', waiting: 'waits' };

const columns = [
  { id: 'tag', label: 'Consumer tag', title: true, width: 'minmax(160px, 1.5fr)', cell: row => html`<${Name} of=${row.tag} />` },
  { id: 'client_name', label: 'Client', width: 'minmax(100px, 1fr)', cell: row => row.client_name && html`<${Name} of=${row.client_name} />` },
  { id: 'channel', label: 'Channel', width: 'minmax(180px, 1.5fr)', cell: row => html`<${ObjectLink} parts=${['channels', row.channel]} of=${row.channel} />` },
  { id: 'user', label: 'User', width: 'minmax(72px, 0.7fr)', cell: row => html`<${Name} of=${row.user} />` },
  { id: 'mode', label: 'Ack', width: '88px' },
  { id: 'prefetch', label: 'Prefetch', number: true, width: '88px', cell: row => row.prefetch === 0 ? 'no limit' : count(row.prefetch),
    tone: row => row.prefetch === 0 ? 'zero' : '' },
  { id: 'unacknowledged', label: 'Unacked', number: true, width: '88px', cell: row => count(row.unacknowledged), tone: row => row.unacknowledged > 0
    && row.unacknowledged >= row.prefetch && row.prefetch > 0 ? 'warn' : '' },
  { id: 'last_ack_at', label: 'Last ack', number: true, width: '96px', cell: row => html`<${Age} of=${row.last_ack_at} />` },
  { id: 'status', label: 'Status', width: 'minmax(104px, 0.8fr)',
    cell: row => html`<span class=${row.active ? 'state' : 'state is-idle'}>${row.status}</span>` },
  { id: 'arguments', label: 'Arguments', width: 'minmax(88px, 0.8fr)', cell: row => html`<${Name} of=${row.arguments} />` },
];

export function Consumers({ of }) {
  const list = useGet(`/api/consumers?limit=500&vhost=${encodeURIComponent(of.vhost)}&q=${encodeURIComponent(`queue:"${of.name}"`)}`, { every: 5000 });
  const rows = useMemo(() => {
    const known = new Map((list.data?.items ?? []).filter(row => row.queue === of.name).map(row => [`${row.channel}\n${row.tag}`, row]));
    return of.consumer_details.map(one => {
      const row = known.get(`${one.channel_details.name}\n${one.consumer_tag}`);
      return {
        tag: one.consumer_tag, channel: one.channel_details.name, user: one.channel_details.user, client_name: row?.client_name ?? '', active: one.active,
        mode: one.ack_required ? 'manual' : 'automatic', prefetch: one.prefetch_count, unacknowledged: row?.unacknowledged,
        last_ack_at: row?.last_ack_at ?? null, status: `${statusWords[one.activity_status] ?? one.activity_status}${one.exclusive ? ', exclusive' : ''}`,
        arguments: Object.entries(one.arguments ?? {}).map(([name, value]) => `${name}=${valueText(value)}`).join(', '),
      };
    });
  }, [of.consumer_details, list.data]);
  return html`<${Table} label="Consumers" noun="consumer" rows=${rows} columns=${columns} keyOf=${row => `${row.channel}\n${row.tag}`}
    empty=${html`<${Empty}><span>No client consumes this queue.${of.messages_ready > 0 ? ' Its messages wait.' : ''}</span><//>`} />`;
}
