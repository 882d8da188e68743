// The list of shovels: dynamic ones of parameters, static ones of the configuration.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet } from '../../core/api.js';
import { query } from '../../core/router.js';
import { isMonitoring, isPolicymaker, virtualHosts } from '../../core/session.js';
import { PageHead } from '../../parts/page.js';
import { Table } from '../../parts/table.js';
import { ActionButton } from '../../parts/actions.js';
import { Loaded, Empty } from '../../parts/states.js';
import { Name, Age } from '../../parts/names.js';
import { State } from '../../parts/cells.js';
import { NotAllowed } from '../access/users.js';
import { Uri } from './parameters.js';
import './shovelactions.js';

/** One end: the queue or exchange, and the broker if it is another one. */
function End({ row, side }) {
  const of = row.value ?? {};
  const exchange = of[`${side}-exchange`] ?? row[`${side}_exchange`];
  const name = of[`${side}-queue`] ?? row[`${side}_queue`] ?? exchange;
  return html`${name === undefined ? html`<span class="muted">as published</span>`
    : html`${exchange !== undefined && html`<span class="muted">exchange </span>`}<${Name} of=${name || '(default)'} />`}
    <span class="muted"> at <${Uri} of=${of[`${side}-uri`] ?? row[`${side}_uri`]} /></span>`;
}

const columns = [
  { id: 'name', label: 'Name', title: true, width: 'minmax(120px, 1fr)', cell: row => html`<${Name} of=${row.name} />` },
  { id: 'vhost', label: 'Virtual host', width: 'minmax(108px, 1fr)', cell: row => row.vhost && html`<${Name} of=${row.vhost} />` },
  { id: 'type', label: 'Type', width: '88px' },
  { id: 'state', label: 'State', width: 'minmax(136px, 1.5fr)', cell: row => html`<${State} of=${row.state} />
    ${row.reason && html`<div class="muted"><${Name} of=${row.reason} /></div>`}` },
  { id: 'source', label: 'From', width: 'minmax(180px, 2fr)', sortable: false, cell: row => html`<${End} row=${row} side="src" />` },
  { id: 'destination', label: 'To', width: 'minmax(180px, 2fr)', sortable: false, cell: row => html`<${End} row=${row} side="dest" />` },
  { id: 'timestamp', label: 'Since', width: '80px', number: true, cell: row => html`<${Age} of=${row.timestamp} />` },
  { id: 'actions', label: '', sortable: false, width: '232px', cell: row => row.value && html`<span class="row-actions"><${ActionButton} id="shovel.restart"
    of=${row} />
    <${ActionButton} id="shovel.edit" of=${row} /><${ActionButton} id="shovel.delete" of=${row} /></span>` },
];

const keyOf = row => `${row.vhost ?? ''}\n${row.name}`;

function ShovelList() {
  const vhost = query.value.get('vhost') ?? '';
  const states = useGet(isMonitoring() ? '/api/shovels' : '', { every: 5000 });
  const parameters = useGet(isPolicymaker() ? '/api/parameters/shovel' : '', { every: 5000 });
  const rows = useMemo(() => {
    const all = new Map((parameters.data ?? []).map(({ name, vhost: host, value }) => [keyOf({ name, vhost: host }),
      { name, vhost: host, value, type: 'dynamic' }]));
    for (const one of states.data ?? [])
      all.set(keyOf(one), { ...all.get(keyOf(one)), ...one });
    return [...all.values()].filter(row => !vhost || row.vhost === vhost);
  }, [states.data, parameters.data, vhost]);
  const of = { vhost: vhost || virtualHosts.value[0] };
  return html`<${PageHead} title="Shovels" actions=${html`<${ActionButton} id="shovel.add" of=${of} primary />`} />
    <${Loaded} of=${isMonitoring() ? states : parameters}>${() => html`<${Table} rows=${rows} columns=${columns} noun="shovel" label="Shovels" sortBy="name"
      keyOf=${keyOf} free
      textOf=${row => `${row.name} ${row.vhost ?? ''} ${row.state ?? ''} ${row.type} ${JSON.stringify(row.value ?? {})}`}
      empty=${html`<${Empty}><span>Shovels move messages from one queue or exchange to another, also of other brokers. There are none.</span>
        <${ActionButton} id="shovel.add" of=${of} primary /><//>`} />`}<//>`;
}

export const Shovels = () => isMonitoring() || isPolicymaker() ? html`<${ShovelList} />`
  : html`<${NotAllowed} title="Shovels" tag="monitoring or policymaker" />`;
