// The matrix of permissions: users down, virtual hosts across. A cell opens the expressions.
import { html, useMemo, useState } from '../../vendor/preact.js';
import { useGet } from '../../core/api.js';
import { query, to } from '../../core/router.js';
import { run } from '../../core/actions.js';
import { isAdministrator } from '../../core/session.js';
import { amount, count } from '../../core/format.js';
import { PageHead } from '../../parts/page.js';
import { Loaded } from '../../parts/states.js';
import { ObjectLink } from '../../parts/names.js';
import { Letters, lettersText } from './matches.js';
import { Check } from './check.js';
import { Tags } from './tags.js';
import { NotAllowed } from './users.js';

/** More rows or columns than these are left out; the filter finds them. */
const MOST = { users: 200, hosts: 30 };

const fits = (name, text) => name.toLowerCase().includes(text.toLowerCase());

function Cell({ user, vhost, permission }) {
  const label = `${user} in ${vhost}: ${permission ? lettersText(permission) : 'no permissions'}`;
  return html`<td><button type="button" class="cell-button" onClick=${() => run('permission.set', { user, vhost, permission })}><span class="visually-hidden">
    ${label}</span>
    <span aria-hidden="true">${permission ? html`<${Letters} of=${permission} />` : html`<span class="muted">–</span>`}</span></button></td>`;
}

function Matrix({ users, hosts, permissions }) {
  const [userText, setUserText] = useState('');
  const [hostText, setHostText] = useState('');
  const chosen = query.value.get('vhost');
  const cells = useMemo(() => new Map(permissions.map(one => [`${one.user}\n${one.vhost}`, one])), [permissions]);
  const rows = users.filter(user => fits(user.name, userText));
  const columns = hosts.filter(host => chosen ? host.name === chosen : fits(host.name, hostText));
  return html`<div class="list-bar">
      <input class="input filter" type="search" data-filter aria-label="Filter users" placeholder="Filter users" value=${userText}
        onInput=${event => setUserText(event.target.value)} />
      ${!chosen && hosts.length > 6 && html`<input class="input filter" type="search" aria-label="Filter virtual hosts" placeholder="Filter virtual hosts"
        value=${hostText}
        onInput=${event => setHostText(event.target.value)} />`}
      <span class="count" role="status">${amount(rows.length, 'user')}, ${amount(columns.length, 'virtual host')}${
        rows.length > MOST.users || columns.length > MOST.hosts ? html`; the first ${count(MOST.users)} and ${count(MOST.hosts)} are shown` : ''}</span>
    </div>
    <p class="muted list-note">C configure, W write, R read. <b>*</b> all names, <b>~</b> some, <b>.</b> none; – the user cannot connect.
      The tag administrator is for the HTTP API and this page, and gives no permission on queues.</p>
    <div class="beside"><div class="matrix card" tabindex="0" role="region" aria-label="Matrix of permissions"><table>
      <caption class="visually-hidden">Permissions of users in virtual hosts</caption>
      <thead><tr><th scope="col">User</th>${columns.slice(0, MOST.hosts).map(host => html`<th scope="col" key=${host.name}>
        <${ObjectLink} parts=${['vhosts', host.name]} of=${host.name} /></th>`)}</tr></thead>
      <tbody>${rows.slice(0, MOST.users).map(user => html`<tr key=${user.name}><th scope="row"><${ObjectLink} parts=${['users', user.name]} of=${user.name} />
        ${user.tags.length > 0 && html` <${Tags} of=${user.tags} />`}</th>
        ${columns.slice(0, MOST.hosts).map(host => html`<${Cell} key=${host.name} user=${user.name} vhost=${host.name}
          permission=${cells.get(`${user.name}\n${host.name}`)} />`)}</tr>`)}</tbody></table></div>
      <${Check} users=${users} hosts=${hosts} /></div>`;
}

function PermissionsPage() {
  const users = useGet('/api/users');
  const hosts = useGet('/api/vhosts?columns=name');
  const permissions = useGet('/api/permissions');
  const all = {
    data: users.data && hosts.data && permissions.data, error: users.error ?? hosts.error ?? permissions.error,
    reload: () => [users, hosts, permissions].forEach(one => one.reload()),
  };
  return html`<${PageHead} title="Permissions" actions=${html`<a class="button" href=${to(['users'])}>Users</a>`} />
    <${Loaded} of=${all}>${() => html`<${Matrix} users=${users.data} hosts=${hosts.data} permissions=${permissions.data} />`}<//>`;
}

export const Permissions = () => isAdministrator() ? html`<${PermissionsPage} />` : html`<${NotAllowed} title="Permissions" />`;
