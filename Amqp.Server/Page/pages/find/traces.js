// Traces: what happened to the messages of one queue or exchange for a while.
import { html } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { query, to } from '../../core/router.js';
import { isAdministrator, virtualHosts } from '../../core/session.js';
import { define } from '../../core/actions.js';
import { inHost, option } from '../../core/commands.js';
import { count } from '../../core/format.js';
import { PageHead } from '../../parts/page.js';
import { ActionButton, ActionMenu } from '../../parts/actions.js';
import { Table } from '../../parts/table.js';
import { Loaded, Empty } from '../../parts/states.js';
import { Name, Age } from '../../parts/names.js';
import { Trace } from './trace.js';

const onlyAdministrator = () => isAdministrator() ? '' : null;

define({
  id: 'trace.start',
  label: 'Start trace…',
  allowed: onlyAdministrator,
  dialog: of => ({
    title: 'Start a trace',
    text: html`<p>Records what happens to messages: published, routed, delivered, acknowledged, rejected, expired, dead-lettered. Payloads are not recorded. A trace costs
      a little for each message that it records, and ends by itself.</p>`,
    fields: [
      { name: 'vhost', label: 'Virtual host', type: 'select', options: virtualHosts.value, value: of?.vhost || virtualHosts.value[0] },
      { name: 'kind', label: 'Of', type: 'select', options: ['queue', 'exchange'], value: of?.kind },
      { name: 'name', label: 'Name', required: true, value: of?.name },
      { name: 'message_id', label: 'Message id', help: 'Only messages with this property message-id.' },
      { name: 'header', label: 'Header', help: 'Only messages with this header.' },
      { name: 'value', label: 'Value of the header', when: values => values.header !== '' },
      { name: 'seconds', label: 'Seconds', type: 'number', value: '60', check: value => +value > 0 && +value <= 600 ? '' : 'From 1 to 600.' },
      { name: 'hops', label: 'Steps at most', type: 'number', value: '1000', check: value => +value > 0 && +value <= 10000 ? '' : 'From 1 to 10,000.' },
    ],
    button: 'Start trace',
  }),
  request: (_, values) => ({
    method: 'POST', path: '/api/traces',
    body: {
      vhost: values.vhost, [values.kind]: values.name, seconds: +values.seconds, hops: +values.hops,
      ...values.message_id && { message_id: values.message_id }, ...values.header && { header: { [values.header]: values.value } },
    },
  }),
  command: (_, values) => ['trace', 'start', `--${values.kind}`, values.name, ...inHost(values.vhost), ...option('--message-id', values.message_id),
    ...values.header ? ['--header', `${values.header}=${values.value}`] : [], '--seconds', values.seconds, '--hops', values.hops],
  done: (of, _, reply) => ({ text: 'The trace has started.', href: to(['trace', String(reply.id)]), linkText: 'Open' }),
});

define({
  id: 'trace.delete',
  label: 'Stop and delete…',
  danger: true,
  allowed: onlyAdministrator,
  dialog: of => ({ title: `Delete trace ${of.id}`,
    text: html`<p>${count(of.hops_count ?? of.hops?.length ?? 0)} recorded steps will be deleted. Messages are not affected.</p>`,
    button: 'Delete trace' }),
  request: of => ({ method: 'DELETE', path: apiPath('traces', String(of.id)) }),
  command: of => ['trace', 'stop', String(of.id)],
  done: of => ({ text: `Trace ${of.id} was deleted.` }),
});

const columns = [
  { id: 'id', label: 'Trace', title: true, width: '88px', cell: row => html`<a href=${to(['trace', String(row.id)])} tabindex="-1">${row.id}</a>` },
  { id: 'state', label: 'State', width: '96px' },
  { id: 'of', label: 'Of', width: 'minmax(200px, 3fr)', value: row => row.queue ?? row.exchange, cell: row =>
    html`${row.queue !== undefined && row.queue !== null ? 'queue' : 'exchange'} <${Name} of=${row.queue ?? row.exchange} />` },
  { id: 'vhost', label: 'Virtual host', cell: row => html`<${Name} of=${row.vhost} />` },
  { id: 'user', label: 'User', cell: row => html`<${Name} of=${row.user} />` },
  { id: 'started_at', label: 'Started', width: 'minmax(96px, 1fr)', cell: row => html`<${Age} of=${row.started_at} /> ago` },
  { id: 'hops_count', label: 'Steps', number: true, cell: row => count(row.hops_count) },
  { id: 'actions', label: '', sortable: false, width: '56px', cell: row => html`<${ActionMenu} ids=${['trace.delete']} of=${row} label=""
    title=${`Actions of trace ${row.id}`} />` },
];

function TraceList() {
  const traces = useGet('/api/traces', { every: 3000 });
  const of = { vhost: query.value.get('vhost') ?? '', kind: query.value.get('kind') ?? 'queue', name: query.value.get('name') ?? '' };
  return html`<${PageHead} title="Traces" actions=${html`<${ActionButton} id="trace.start" of=${of} primary />`} />
    <${Loaded} of=${traces}>${rows => html`<${Table} rows=${rows} columns=${columns} noun="trace" label="Traces" free keyOf=${row => String(row.id)}
      hrefOf=${row => to(['trace', String(row.id)])}
      empty=${html`<${Empty}><span>A trace shows the way of messages through exchanges and queues to their consumers.</span><${ActionButton} id="trace.start"
        of=${of} primary /><//>`} />`}<//>`;
}

export const Traces = ({ parts }) => parts.length > 0 ? html`<${Trace} key=${parts[0]} id=${parts[0]} />` : html`<${TraceList} />`;
