// Federation: links with their states, upstreams, sets of upstreams.
import { html } from '../../vendor/preact.js';
import { useGet } from '../../core/api.js';
import { query, to } from '../../core/router.js';
import { isMonitoring, isPolicymaker, virtualHosts } from '../../core/session.js';
import { PageHead } from '../../parts/page.js';
import { Table } from '../../parts/table.js';
import { ActionButton } from '../../parts/actions.js';
import { Loaded, Empty } from '../../parts/states.js';
import { Name, Age, QueueLink, ExchangeLink } from '../../parts/names.js';
import { State } from '../../parts/cells.js';
import { NotAllowed } from '../access/users.js';
import { Uri } from './parameters.js';
import './federationactions.js';

const states = { error: 'failed', shutdown: 'terminated' };
const hostColumn = { id: 'vhost', label: 'Virtual host', width: 'minmax(108px, 1fr)', cell: row => html`<${Name} of=${row.vhost} />` };
const nameColumn = { id: 'name', label: 'Name', title: true, width: 'minmax(140px, 1fr)', cell: row => html`<${Name} of=${row.name} />` };
const buttons = (...ids) => ({
  id: 'actions', label: '', sortable: false, width: `${16 + 80 * ids.length}px`, cell: row => html`<span class="row-actions">
    ${ids.map(id => html`<${ActionButton} key=${id} id=${id} of=${row} />`)}</span>`,
});

const linkColumns = [
  { id: 'name', label: 'Exchange or queue', title: true, width: 'minmax(160px, 1.5fr)', value: row => row.exchange ?? row.queue,
    cell: row => row.exchange !== undefined ? html`<${ExchangeLink} vhost=${row.vhost} name=${row.exchange} /> <span class="muted">exchange</span>`
      : html`<${QueueLink} vhost=${row.vhost} name=${row.queue} /> <span class="muted">queue</span>` },
  hostColumn, { id: 'upstream', label: 'Upstream', cell: row => html`<${Name} of=${row.upstream} />` },
  { id: 'status', label: 'State', width: 'minmax(150px, 2fr)', cell: row => html`<${State} of=${states[row.status] ?? row.status} />
    ${row.error && html`<div class="muted"><${Name} of=${row.error} /></div>`}` },
  { id: 'uri', label: 'URI', width: 'minmax(160px, 1.5fr)', cell: row => html`<${Uri} of=${row.uri} />` },
  { id: 'timestamp', label: 'Since', number: true, width: '80px', cell: row => html`<${Age} of=${row.timestamp} />` },
  buttons('link.restart'),
];
const upstreamColumns = [nameColumn, hostColumn,
  { id: 'uri', label: 'URI', width: 'minmax(180px, 2fr)', value: row => String(row.value.uri), cell: row => html`<${Uri} of=${row.value.uri} />` },
  { id: 'others', label: 'Settings', width: 'minmax(180px, 2fr)', sortable: false,
    cell: row => html`<${Name} of=${Object.entries(row.value).filter(([key]) => key !== 'uri').map(([key, value]) => `${key} ${value}`).join(', ')} />` },
  buttons('upstream.edit', 'upstream.delete')];
const setColumns = [nameColumn, hostColumn,
  { id: 'upstreams', label: 'Upstreams', width: 'minmax(200px, 3fr)', sortable: false,
    cell: row => html`<${Name} of=${row.value.map(one => one.upstream ?? one['upstream-set']).join(', ')} />` },
  buttons('upstreamset.edit', 'upstreamset.delete')];

const keyOf = row => `${row.vhost}\n${row.name}`;
const textOf = row => JSON.stringify(row);

function FederationPage() {
  const vhost = query.value.get('vhost') ?? '';
  const links = useGet(isMonitoring() ? '/api/federation-links' : '', { every: 5000 });
  const upstreams = useGet(isPolicymaker() ? '/api/parameters/federation-upstream' : '', { every: 10_000 });
  const sets = useGet(isPolicymaker() ? '/api/parameters/federation-upstream-set' : '', { every: 10_000 });
  const of = { vhost: vhost || virtualHosts.value[0] };
  const here = rows => vhost ? rows.filter(row => row.vhost === vhost) : rows;
  const add = html`<${ActionButton} id="upstream.add" of=${of} primary />`;
  return html`<${PageHead} title="Federation" actions=${add} />
    ${isMonitoring() && html`<section class="part"><h2>Links</h2><${Loaded} of=${links}>
      ${rows => html`<${Table} rows=${here(rows)} columns=${linkColumns} noun="link" label="Links" keyOf=${row => row.id}
      textOf=${textOf} free hasFilter=${rows.length > 5} empty=${html`<${Empty}>
        <span>A link brings messages of an upstream to an exchange or a queue here. It needs an upstream, and a policy that names it.</span>
        <a class="button" href=${to(['policies'], { vhost })}>Policies</a><//>`} />`}<//></section>`}
    ${isPolicymaker() && html`<section class="part"><h2>Upstreams</h2><${Loaded} of=${upstreams}>
      ${rows => html`<${Table} rows=${here(rows)} columns=${upstreamColumns} noun="upstream" label="Upstreams" sortBy="name"
      keyOf=${keyOf} textOf=${textOf} free hasFilter=${rows.length > 5}
        empty=${html`<${Empty}><span>Upstreams are the brokers from which messages come. There are none.</span>${add}<//>`} />`}<//></section>
    <section class="part"><h2>Sets of upstreams</h2><${Loaded} of=${sets}>
      ${rows => html`<${Table} rows=${here(rows)} columns=${setColumns} noun="set" label="Sets of upstreams" sortBy="name"
      keyOf=${keyOf} textOf=${textOf} free hasFilter=${rows.length > 5}
        empty=${html`<${Empty}><span>A set names several upstreams, for a policy with federation-upstream-set.</span><${ActionButton} id="upstreamset.add"
        of=${of} /><//>`}>
      <${ActionButton} id="upstreamset.add" of=${of} /><//>`}<//></section>`}`;
}

export const Federation = () => isMonitoring() || isPolicymaker() ? html`<${FederationPage} />`
  : html`<${NotAllowed} title="Federation" tag="monitoring or policymaker" />`;
