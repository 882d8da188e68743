// One virtual host: totals and their charts, settings, permissions.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { to } from '../../core/router.js';
import { isAdministrator, virtualHosts } from '../../core/session.js';
import { bytes, count, rate } from '../../core/format.js';
import { PageHead, Figures, Facts } from '../../parts/page.js';
import { Table } from '../../parts/table.js';
import { ActionButton, ActionMenu, useObjectInView } from '../../parts/actions.js';
import { Chart } from '../../parts/chart.js';
import { Ranges, sampleQuery, depths, growths, range } from '../../parts/samples.js';
import { Loaded, Gone, Empty } from '../../parts/states.js';
import { Name, ObjectLink } from '../../parts/names.js';
import { Letters } from '../access/matches.js';
import { run } from '../../core/actions.js';
import { limitsText } from '../access/tags.js';
import { limitsByName, Marks } from './marks.js';

const actionIds = ['vhost.edit', 'vhost.limits', 'vhost.trace', 'vhost.protect', 'vhost.delete'];
const crumbs = [{ parts: ['vhosts'], label: 'Virtual hosts' }];

function Charts({ of }) {
  const { seconds } = range();
  const stats = of.message_stats ?? {};
  const [totals, rates, traffic] = useMemo(() => [
    depths([{ label: 'Ready', color: 1, details: of.messages_ready_details }, { label: 'Unacknowledged', color: 2, isDashed: true,
      details: of.messages_unacknowledged_details }]),
    growths([{ label: 'Publish', color: 1, details: stats.publish_details }, { label: 'Deliver', color: 2, isDashed: true, details: stats.deliver_get_details },
      { label: 'Acknowledge', color: 3, details: stats.ack_details }, { label: 'Redeliver', color: 4, isDashed: true, details: stats.redeliver_details }]),
    of.recv_oct_details?.samples && growths([{ label: 'In', color: 1, details: of.recv_oct_details }, { label: 'Out', color: 2, isDashed: true,
      details: of.send_oct_details }]),
  ], [of]);
  return html`<${Chart} title="Messages" ...${totals} range=${seconds} /><${Chart} title="Rates per second" ...${rates} format=${rate} range=${seconds} />
    ${traffic && html`<${Chart} title="Bytes per second" ...${traffic} format=${bytes} range=${seconds} />`}`;
}

const Settings = ({ of, limits }) => html`<section class="card"><header><h2>Settings</h2></header><${Facts} of=${[
  ['Description', of.description && html`<${Name} of=${of.description} />`], ['Tags', of.tags?.length > 0 && html`<${Name} of=${of.tags.join(', ')} />`],
  ['Default queue type', of.default_queue_type === 'undefined' ? 'classic (not set)' : of.default_queue_type], ['Limits', limitsText(limits) || 'none'],
  ['Firehose', of.tracing ? 'on' : 'off'], ['Deletion', of.protected_from_deletion ? 'protected' : 'allowed'],
  ['State', Object.entries(of.cluster_state ?? {}).map(([node, state]) => `${state} on ${node}`).join(', ')],
]} /></section>`;

const code = value => value === '' ? html`<span class="muted">none</span>` : html`<code><${Name} of=${value} /></code>`;
const columns = vhost => [
  { id: 'user', label: 'User', title: true, width: 'minmax(160px, 1.5fr)', cell: row => html`<${ObjectLink} parts=${['users', row.user]} of=${row.user} />` },
  { id: 'letters', label: 'Extent', sortable: false, width: '120px', cell: row => html`<${Letters} of=${row} />` },
  ...['configure', 'write', 'read'].map(id => ({ id, label: id[0].toUpperCase() + id.slice(1), width: 'minmax(100px, 1fr)', cell: row => code(row[id]) })),
  { id: 'actions', label: '', sortable: false, width: '176px', cell: row => html`<span class="row-actions"><${ActionButton} id="permission.set"
    of=${{ user: row.user, vhost, permission: row }} label="Edit…" />
    <${ActionButton} id="permission.clear" of=${{ user: row.user, vhost }} label="Remove…" /></span>` },
];

function Permissions({ vhost }) {
  const permissions = useGet(`${apiPath('vhosts', vhost)}/permissions`);
  return html`<section class="part"><h2>Permissions</h2><${Loaded} of=${permissions}>
    ${rows => html`<${Table} rows=${rows} columns=${columns(vhost)} noun="user" label="Permissions" sortBy="user"
    keyOf=${row => row.user} onOpen=${row => run('permission.set', { user: row.user, vhost, permission: row })} hasFilter=${rows.length > 5}
    empty=${html`<${Empty}><span>No user can connect to this virtual host.</span><a class="button" href=${to(['permissions'], { vhost })}>Permissions</a><//>`}>
    <a class="button" href=${to(['permissions'], { vhost })}>Matrix</a><//>`}<//></section>`;
}

/** Administrators read the virtual host alone; for the others, the list has it. */
function useHost(name) {
  const alone = useGet(isAdministrator() ? `${apiPath('vhosts', name)}?${sampleQuery(['lengths', 'msg_rates', 'data_rates'])}` : '', { every: 5000 });
  const list = useGet(isAdministrator() ? '' : `/api/vhosts?${sampleQuery()}`, { every: 5000 });
  if (isAdministrator())
    return alone;
  const found = list.data?.find(host => host.name === name);
  return { ...list, data: found, error: list.error ?? (list.data && !found ? { status: 404 } : null) };
}

export function VirtualHost({ name }) {
  const host = useHost(name);
  const limits = useGet(virtualHosts.value.includes(name) ? apiPath('vhost-limits', name) : '');
  const known = limitsByName(limits.data).get(name) ?? {};
  const of = host.data && { ...host.data, limits: known };
  useObjectInView(name, of, actionIds);
  const title = html`<${Name} of=${name} />`;
  if (host.error?.status === 404)
    return html`<${PageHead} title=${title} crumbs=${crumbs} /><${Gone} noun="virtual host" parts=${['vhosts']} label="Virtual hosts" />`;
  const inside = { vhost: name };
  return html`<${PageHead} title=${title} crumbs=${crumbs} badges=${of && html`<${Marks} of=${of} />`}
      actions=${of && html`<${Ranges} /><${ActionButton} id="vhost.edit" of=${of} /><${ActionMenu} ids=${actionIds.slice(1)} of=${of}
        title="More actions of the virtual host" />`} />
    <${Loaded} of=${host}>${() => html`<${Figures} of=${[
      { name: 'Ready', value: count(of.messages_ready), href: to(['queues'], { ...inside, sort: '-messages_ready' }) },
      { name: 'Unacknowledged', value: count(of.messages_unacknowledged), href: to(['queues'], { ...inside, sort: '-messages_unacknowledged' }) },
      { name: 'In', value: rate(of.message_stats?.publish_details?.rate ?? 0), unit: '/s' },
        { name: 'Out', value: rate(of.message_stats?.deliver_get_details?.rate ?? 0), unit: '/s' },
    ]} /><div class="row part-row">${[['queues', 'Queues'], ['exchanges', 'Exchanges'], ['connections', 'Connections'],
      ['policies', 'Policies']].map(([path, label]) =>
      html`<a class="button" key=${path} href=${to([path], inside)}>${label}</a>`)}</div>
    <div class="cards"><${Charts} of=${of} /><${Settings} of=${of} limits=${known} /></div>`}<//>
    ${isAdministrator() && html`<${Permissions} vhost=${name} />`}`;
}
