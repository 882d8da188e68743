// The list of policies and operator policies.
import { html } from '../../vendor/preact.js';
import { query, to } from '../../core/router.js';
import { isAdministrator, virtualHosts } from '../../core/session.js';
import { count } from '../../core/format.js';
import { PageHead } from '../../parts/page.js';
import { Table } from '../../parts/table.js';
import { ActionButton } from '../../parts/actions.js';
import { Loaded, Empty } from '../../parts/states.js';
import { Name } from '../../parts/names.js';
import { usePolicies } from './all.js';
import { Policy } from './policy.js';
import { policyHref } from './href.js';
import { valueText } from './preview.js';
import './actions.js';

const hrefOf = row => policyHref(row.vhost, row.name, row.isOperator);

/** A definition on one line. */
const Definition = ({ of }) => Object.entries(of).map(([key, value], i) => html`${i > 0 && ', '}<span class="muted">${key}
  </span> <${Name} of=${valueText(value)} />`);

const columns = [
  { id: 'name', label: 'Name', title: true, width: 'minmax(180px, 1.5fr)', cell: row => html`<a href=${hrefOf(row)} tabindex="-1"><${Name} of=${row.name} />
    </a>${
    row.isOperator && html` <span class="badge is-warn">operator</span>`}` },
  { id: 'vhost', label: 'Virtual host', cell: row => html`<${Name} of=${row.vhost} />` },
  { id: 'pattern', label: 'Pattern', width: 'minmax(120px, 1fr)', cell: row => html`<code><${Name} of=${row.pattern} /></code>` },
  { id: 'apply-to', label: 'Applies to', width: '128px', cell: row => row['apply-to'].replace('_', ' ') },
  { id: 'definition', label: 'Definition', width: 'minmax(240px, 3fr)', value: row => JSON.stringify(row.definition),
    cell: row => html`<${Definition} of=${row.definition} />` },
  { id: 'priority', label: 'Priority', number: true, width: '88px', cell: row => count(row.priority) },
];

function PolicyList() {
  const vhost = query.value.get('vhost') ?? '';
  const policies = usePolicies(vhost);
  const of = { vhost: vhost || virtualHosts.value[0] };
  const shown = virtualHosts.value.length > 1 && !vhost ? columns : columns.filter(column => column.id !== 'vhost');
  return html`<${PageHead} title="Policies" actions=${html`<a class="button" href=${to(['shovels'])}>Shovels</a>
    <a class="button" href=${to(['federation'])}>Federation</a>${isAdministrator() && html`<${ActionButton} id="policy.add" of=${{ ...of, isOperator: true }}
      label="Add operator policy…" />`}
      <${ActionButton} id="policy.add" of=${of} primary />`} />
    <${Loaded} of=${policies}>${rows => html`<${Table} rows=${rows} columns=${shown} noun="policy" label="Policies" sortBy="name"
      keyOf=${row => `${row.isOperator}\n${row.vhost}\n${row.name}`} hrefOf=${hrefOf}
      textOf=${row => `${row.name} ${row.vhost} ${row.pattern} ${row.isOperator ? 'operator' : ''} ${JSON.stringify(row.definition)}`}
      empty=${html`<${Empty}><span>Policies set values of all queues and exchanges whose names match a pattern, at once and without a change of clients. There
        are none yet.</span>
        <${ActionButton} id="policy.add" of=${of} primary /><//>`} />`}<//>`;
}

export const Policies = ({ parts }) => parts.length > 1 ? html`<${Policy} key=${parts.join('\n')} vhost=${parts[0]} name=${parts[1]}
  isOperator=${parts[2] === 'operator'} />` : html`<${PolicyList} />`;
