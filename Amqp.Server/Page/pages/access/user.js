// One user: tags, limits, permissions, topic permissions, open connections.
import { html } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { to } from '../../core/router.js';
import { count } from '../../core/format.js';
import { PageHead, Figures } from '../../parts/page.js';
import { Table } from '../../parts/table.js';
import { ActionButton, ActionMenu, useObjectInView } from '../../parts/actions.js';
import { Loaded, Gone, Empty } from '../../parts/states.js';
import { Name, ObjectLink, ExchangeLink } from '../../parts/names.js';
import { pick, connectionColumns, connectionHref } from '../connections/columns.js';
import { Tags } from './tags.js';

const actionIds = ['user.tags', 'user.password', 'user.limits', 'connection.closeuser', 'user.delete'];
const crumbs = [{ parts: ['users'], label: 'Users' }];

const Expression = ({ of }) => of === '' ? html`<span class="muted">none</span>` : html`<code><${Name} of=${of} /></code>`;
const expression = id => ({ id, label: id[0].toUpperCase() + id.slice(1), width: 'minmax(100px, 1fr)', cell: row => html`<${Expression} of=${row[id]} />` });
const hostColumn = { id: 'vhost', label: 'Virtual host', title: true, width: 'minmax(140px, 1.5fr)',
  cell: row => html`<${ObjectLink} parts=${['vhosts', row.vhost]} of=${row.vhost} />` };
const buttons = (...ids) => ({
  id: 'actions', label: '', sortable: false, width: '176px', cell: row => html`<span class="row-actions">${ids.map(([id, label]) =>
    html`<${ActionButton} key=${id} id=${id} of=${{ user: row.user, vhost: row.vhost, permission: row, topic: row }} label=${label} />`)}</span>`,
});

export function Permissions({ user, of }) {
  return html`<section class="part"><h2>Permissions</h2><${Loaded} of=${of}>
    ${rows => html`<${Table} rows=${rows} noun="permission" label="Permissions" hasFilter=${rows.length > 5} sortBy="vhost" keyOf=${row => row.vhost}
    columns=${[hostColumn, expression('configure'), expression('write'), expression('read'), buttons(['permission.set', 'Edit…'],
      ['permission.clear', 'Remove…'])]}
    empty=${html`<${Empty}><span>The user cannot connect to any virtual host: it has no permissions.</span><${ActionButton} id="permission.set" of=${{ user }}
      primary /><//>`}>
    <${ActionButton} id="permission.set" of=${{ user }} /><//>`}<//></section>`;
}

const TopicPermissions = ({ user, of }) => html`<section class="part"><h2>Topic permissions</h2><${Loaded} of=${of}>
  ${rows => html`<${Table} rows=${rows} noun="topic permission" hasFilter=${rows.length > 5}
  label="Topic permissions" sortBy="vhost" keyOf=${row => `${row.vhost}\n${row.exchange}`}
  columns=${[hostColumn, { id: 'exchange', label: 'Exchange', width: 'minmax(120px, 1.5fr)',
    cell: row => html`<${ExchangeLink} vhost=${row.vhost} name=${row.exchange} />` },
    expression('write'), expression('read'), buttons(['topic.set', 'Edit…'], ['topic.clear', 'Remove…'])]}
  empty=${html`<${Empty}><span>Topic permissions restrict the routing keys of topic exchanges. There are none: all routing keys are allowed.</span>
    <${ActionButton} id="topic.set" of=${{ user }} /><//>`}>
  ${rows.length > 0 && html`<${ActionButton} id="topic.set" of=${{ user }} />`}<//>`}<//></section>`;

const Connections = ({ user, of }) => html`<section class="part"><h2>Connections</h2><${Loaded} of=${of}>
  ${({ items, filtered_count: all }) => html`<${Table} rows=${items} noun="connection" label="Connections" hasFilter=${items.length > 5}
  columns=${pick(connectionColumns, 'client_name', 'vhost', 'state', 'channels', 'unacknowledged', 'recv_rate', 'send_rate', 'connected_at')}
    keyOf=${row => row.name}
  hrefOf=${connectionHref} empty=${html`<${Empty}><span>The user has no open connection.</span><//>`}>
  ${all > items.length && html`<a class="button" href=${to(['connections'], { q: `user:="${user}"` })}>All ${count(all)}</a>`}<//>`}<//></section>`;

export function User({ name }) {
  const user = useGet(apiPath('users', name));
  const permissions = useGet(`${apiPath('users', name)}/permissions`);
  const topics = useGet(`${apiPath('users', name)}/topic-permissions`);
  const connections = useGet(`/api/connections?${new URLSearchParams({ q: `user:="${name}"`, limit: 20 })}`, { every: 5000 });
  // Actions on connections name their user.
  const of = user.data && { ...user.data, user: name };
  useObjectInView(name, of, actionIds);
  const title = html`<${Name} of=${name} />`;
  if (user.error?.status === 404)
    return html`<${PageHead} title=${title} crumbs=${crumbs} /><${Gone} noun="user" parts=${['users']} label="Users" />`;
  return html`<${PageHead} title=${title} crumbs=${crumbs} badges=${of && html`<${Tags} of=${of.tags} />
    ${!of.password_hash && html`<span class="badge">no password</span>`}`}
      actions=${of && html`<${ActionButton} id="user.tags" of=${of} /><${ActionButton} id="user.password" of=${of} /><${ActionMenu} ids=${actionIds.slice(2)}
        of=${of} title="More actions of the user" />`} />
    <${Loaded} of=${user}>${() => html`<${Figures} of=${[
      { name: 'Connections', value: count(connections.data?.filtered_count), unit: of.limits?.['max-connections'] !== undefined
        && `of ${count(of.limits['max-connections'])}`, href: to(['connections'], { q: `user:="${name}"` }) },
      of.limits?.['max-channels'] !== undefined && { name: 'Channels, at most', value: count(of.limits['max-channels']) },
        { name: 'Virtual hosts', value: count(permissions.data?.length) },
    ]} />`}<//>
    <${Permissions} user=${name} of=${permissions} />
    <${TopicPermissions} user=${name} of=${topics} />
    <${Connections} user=${name} of=${connections} />`;
}
