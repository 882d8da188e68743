// The list of virtual hosts.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet } from '../../core/api.js';
import { to } from '../../core/router.js';
import { rate } from '../../core/format.js';
import { PageHead } from '../../parts/page.js';
import { Table } from '../../parts/table.js';
import { ActionButton } from '../../parts/actions.js';
import { Loaded } from '../../parts/states.js';
import { Name } from '../../parts/names.js';
import { countCell } from '../../parts/cells.js';
import { limitsText } from '../access/tags.js';
import { Marks, limitsByName } from './marks.js';
import { VirtualHost } from './vhost.js';
import './actions.js';

const hrefOf = row => to(['vhosts', row.name]);
const rateColumn = (id, label, field) => {
  const value = row => row.message_stats?.[`${field}_details`]?.rate ?? 0;
  return { id, label, number: true, width: '80px', value, cell: row => rate(value(row)), tone: row => value(row) === 0 ? 'zero' : '' };
};

const columns = [
  { id: 'name', label: 'Name', title: true, width: 'minmax(180px, 2fr)', cell: row => html`<a href=${hrefOf(row)} tabindex="-1"><${Name} of=${row.name} />
    </a> <${Marks} of=${row} />` },
  { id: 'description', label: 'Description', width: 'minmax(140px, 2fr)', cell: row => html`<${Name} of=${row.description} />` },
  { id: 'tags', label: 'Tags', value: row => row.tags?.join(), cell: row => html`<${Name} of=${row.tags?.join(', ')} />` },
  { id: 'default_queue_type', label: 'Queue type', width: '104px', cell: row => row.default_queue_type === 'undefined'
    ? html`<span class="muted">classic</span>` : row.default_queue_type },
  { id: 'messages_ready', label: 'Ready', number: true, width: '96px', ...countCell('messages_ready') },
  { id: 'messages_unacknowledged', label: 'Unacked', number: true, width: '96px', ...countCell('messages_unacknowledged') },
  rateColumn('publish', 'In/s', 'publish'), rateColumn('deliver', 'Out/s', 'deliver_get'),
  { id: 'limits', label: 'Limits', value: row => limitsText(row.limits), cell: row => limitsText(row.limits) || html`<span class="muted">none</span>` },
];

function VirtualHostList() {
  const hosts = useGet('/api/vhosts', { every: 5000 });
  const limits = useGet('/api/vhost-limits');
  const rows = useMemo(() => {
    const known = limitsByName(limits.data);
    return (hosts.data ?? []).map(host => ({ ...host, limits: known.get(host.name) ?? {} }));
  }, [hosts.data, limits.data]);
  return html`<${PageHead} title="Virtual hosts" actions=${html`<${ActionButton} id="vhost.add" of=${{}} primary />`} />
    <${Loaded} of=${hosts}>${() => html`<${Table} rows=${rows} columns=${columns} noun="virtual host" label="Virtual hosts" sortBy="name"
      keyOf=${row => row.name} hrefOf=${hrefOf}
      textOf=${row => `${row.name} ${row.description} ${row.tags?.join(' ')}`} />`}<//>`;
}

export const VirtualHosts = ({ parts }) => parts.length > 0 ? html`<${VirtualHost} key=${parts[0]} name=${parts[0]} />` : html`<${VirtualHostList} />`;
