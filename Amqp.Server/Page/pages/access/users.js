// The list of users.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet } from '../../core/api.js';
import { to } from '../../core/router.js';
import { isAdministrator } from '../../core/session.js';
import { PageHead } from '../../parts/page.js';
import { Table } from '../../parts/table.js';
import { ActionButton } from '../../parts/actions.js';
import { Loaded, Empty } from '../../parts/states.js';
import { Name } from '../../parts/names.js';
import { Tags, limitsText } from './tags.js';
import { User } from './user.js';
import './actions.js';

const hrefOf = row => to(['users', row.name]);

const columns = [
  { id: 'name', label: 'Name', title: true, width: 'minmax(200px, 2fr)', cell: row => html`<a href=${hrefOf(row)} tabindex="-1"><${Name} of=${row.name} />
    </a>` },
  { id: 'tags', label: 'Tags', width: 'minmax(160px, 1.5fr)', value: row => row.tags.join(), cell: row => html`<${Tags} of=${row.tags} />` },
  { id: 'hosts', label: 'Virtual hosts', width: 'minmax(160px, 2fr)', value: row => row.hosts.length, tone: row => row.hosts.length === 0 ? 'warn' : '',
    cell: row => row.hosts.length === 0 ? 'no permissions' : html`${row.hosts.slice(0, 4).map((host, i) => html`${i > 0 && ', '}
      <${Name} of=${host} />`)}${row.hosts.length > 4 && ` and ${row.hosts.length - 4} more`}` },
  { id: 'login', label: 'Login', width: '144px', value: row => row.password_hash ? 1 : 0, cell: row => row.password_hash ? 'with a password'
    : html`<span class="muted">no password</span>` },
  { id: 'limits', label: 'Limits', value: row => limitsText(row.limits), cell: row => limitsText(row.limits) || html`<span class="muted">none</span>` },
];

function UserList() {
  const users = useGet('/api/users');
  const permissions = useGet('/api/permissions');
  const rows = useMemo(() => {
    const hosts = new Map();
    for (const { user, vhost } of permissions.data ?? [])
      hosts.set(user, [...hosts.get(user) ?? [], vhost]);
    return (users.data ?? []).map(user => ({ ...user, hosts: hosts.get(user.name) ?? [] }));
  }, [users.data, permissions.data]);
  return html`<${PageHead} title="Users" actions=${html`<a class="button" href=${to(['permissions'])}>Permissions</a><${ActionButton} id="user.add" of=${{}}
    primary />`} />
    <${Loaded} of=${users}>${() => html`<${Table} rows=${rows} columns=${columns} noun="user" label="Users" sortBy="name" keyOf=${row => row.name}
      hrefOf=${hrefOf}
      textOf=${row => `${row.name} ${row.tags.join(' ')} ${row.hosts.join(' ')}`} />`}<//>`;
}

/** Shown to those who have followed a link to a page that is not theirs. */
export const NotAllowed = ({ title, tag = 'administrator' }) => html`<${PageHead} title=${title} /><${Empty}><span>This page needs the tag ${tag}.</span>
  <a class="button" href=${to([])}>Overview</a><//>`;

export const Users = ({ parts }) => !isAdministrator() ? html`<${NotAllowed} title="Users" />`
  : parts.length > 0 ? html`<${User} key=${parts[0]} name=${parts[0]} />` : html`<${UserList} />`;
