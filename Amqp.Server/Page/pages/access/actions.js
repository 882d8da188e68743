// Actions on users: tags, password, limits, permissions.
import { html } from '../../vendor/preact.js';
import { define, run } from '../../core/actions.js';
import { apiPath } from '../../core/api.js';
import { isAdministrator, readSession, session, virtualHosts } from '../../core/session.js';
import { inHost, option } from '../../core/commands.js';
import { to } from '../../core/router.js';
import { amount } from '../../core/format.js';
import { Name } from '../../parts/names.js';
import { connectionsOf, ConnectionNames, leave } from '../connections/actions.js';
import { Matches } from './matches.js';

export const onlyAdministrator = () => isAdministrator() ? '' : null;

/** Reads the session again: the change may concern the user who makes it. */
export function changed(text, link = {}) {
  readSession().catch(() => {}); // the strip "Connection lost" tells
  return { text, ...link };
}

const tags = [
  { tag: 'administrator', help: 'everything, in all virtual hosts' }, { tag: 'monitoring', help: 'sees nodes and the connections of all users' },
  { tag: 'policymaker', help: 'changes policies and parameters' }, { tag: 'management', help: 'logs in to this page' },
  { tag: 'impersonator', help: 'publishes with any user-id' },
];
const tagFields = current => [
  ...tags.map(({ tag, help }) => ({ name: `tag-${tag}`, label: tag, type: 'check', help, value: current.includes(tag) })),
  { name: 'others', label: 'Other tags', value: current.filter(tag => !tags.some(known => known.tag === tag)).join(', '),
    help: 'Separated by commas; they have no meaning here.' },
];
const tagsOf = values => [...tags.map(({ tag }) => tag).filter(tag => values[`tag-${tag}`]),
  ...values.others.split(',').map(tag => tag.trim()).filter(Boolean)];
const repeats = {
  name: 'again', label: 'Password again', type: 'password', autocomplete: 'new-password',
  check: (value, values) => value === (values.password ?? '') ? '' : 'The passwords differ.',
};
const password = { name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password' };

define({
  id: 'user.add',
  label: 'Add user…',
  allowed: onlyAdministrator,
  dialog: () => ({
    title: 'Add user',
    fields: [{ name: 'name', label: 'Name', required: true, maxBytes: 255, wide: true },
      { ...password, help: 'Without a password the user cannot log in with one.' }, repeats, ...tagFields([])],
    button: 'Add user',
  }),
  request: (_, values) => ({
    method: 'PUT', path: apiPath('users', values.name), body: { ...values.password ? { password: values.password } : { password_hash: '' },
      tags: tagsOf(values).join(',') },
  }),
  command: (_, values) => ['users', 'declare', values.name, ...values.password ? [] : ['--no-password'], ...option('--tags', tagsOf(values).join(','))],
  done: (_, values) => changed(`The user ${values.name} was added. It has no permissions yet.`, { href: to(['users', values.name]),
    linkText: 'Give permissions' }),
});

define({
  id: 'user.tags',
  label: 'Tags…',
  key: 'e',
  allowed: onlyAdministrator,
  dialog: of => ({
    title: html`Tags of <${Name} of=${of.name} />`, fields: tagFields(of.tags), button: 'Save tags',
    text: of.name === session.value.user && html`<div class="warn-box">This is the user with which you are logged in. The change ends the session.</div>`,
  }),
  // The API replaces a user as a whole, so the hash of the password is sent with it.
  request: (of, values) => ({
    method: 'PUT', path: apiPath('users', of.name), body: { password_hash: of.password_hash, hashing_algorithm: of.hashing_algorithm,
      tags: tagsOf(values).join(',') },
  }),
  command: (of, values) => ['ctl', 'set_user_tags', of.name, ...tagsOf(values)],
  done: of => changed(`The tags of ${of.name} were changed.`),
});

define({
  id: 'user.password',
  label: 'Password…',
  allowed: onlyAdministrator,
  dialog: of => ({
    title: html`Password of <${Name} of=${of.name} />`, text: html`<p>Open connections stay. Login sessions of this page end.</p>`,
    fields: [
      { name: 'kind', label: 'Login', type: 'select', options: [{ value: 'password', label: 'with a password' },
        { value: 'none', label: 'not with a password' }], wide: true },
      { ...password, label: 'New password', when: values => values.kind === 'password', required: true },
        { ...repeats, when: values => values.kind === 'password' },
    ],
    button: 'Set password',
  }),
  request: (of, values) => ({
    method: 'PUT', path: apiPath('users', of.name), body: { ...values.kind === 'password' ? { password: values.password } : { password_hash: '' },
      tags: of.tags.join(',') },
  }),
  command: (of, values) => values.kind === 'password' ? ['users', 'password', of.name] : ['ctl', 'clear_password', of.name],
  done: of => changed(`The password of ${of.name} was changed.`),
});

/** Fields and requests of limits: an empty field is no limit. */
export const limitFields = (names, current) => names.map(({ name, label }) => ({
  name, label, type: 'number', value: current[name] === undefined ? '' : String(current[name]), help: 'Empty: no limit. 0 allows none.',
}));
export const limitRequests = (names, current, values, path) => names.filter(({ name }) => String(current[name] ?? '') !== values[name]).map(({ name }) =>
  values[name] === '' ? { method: 'DELETE', path: `${path}/${name}`, mayBeGone: true } : { method: 'PUT', path: `${path}/${name}`,
    body: { value: Number(values[name]) } });
export const limitTable = (names, values) =>
  JSON.stringify(Object.fromEntries(names.map(({ name }) => [name, values[name] === '' ? -1 : Number(values[name])])));

const userLimits = [{ name: 'max-connections', label: 'Connections' }, { name: 'max-channels', label: 'Channels' }];

define({
  id: 'user.limits',
  label: 'Limits…',
  allowed: onlyAdministrator,
  dialog: of => ({
    title: html`Limits of <${Name} of=${of.name} />`, text: html`<p>The broker refuses what is above a limit. What is open stays.</p>`,
    fields: limitFields(userLimits, of.limits ?? {}), button: 'Save limits',
  }),
  request: (of, values) => limitRequests(userLimits, of.limits ?? {}, values, apiPath('user-limits', of.name)),
  command: (of, values) => ['ctl', 'set_user_limits', of.name, limitTable(userLimits, values)],
  done: of => changed(`The limits of ${of.name} were changed.`),
});

define({
  id: 'user.delete',
  label: 'Delete user…',
  danger: true,
  allowed: of => !isAdministrator() ? null : of.name === session.value.user ? 'this is the user with which you are logged in' : '',
  dialog: async of => {
    const all = await connectionsOf(of.name);
    return {
      title: html`Delete user <${Name} of=${of.name} />`,
      text: html`<p>The user goes with all permissions and limits.</p>${all.length > 0
        ? html`<p>${amount(all.length, 'open connection')} will be closed:</p><${ConnectionNames} of=${all} />`
          : html`<p>The user has no open connection.</p>`}`,
      confirmName: all.length > 0 ? of.name : undefined,
      button: 'Delete user',
    };
  },
  request: of => ({ method: 'DELETE', path: apiPath('users', of.name) }),
  command: of => ['users', 'delete', of.name],
  done: of => {
    leave('users', ['users']);
    return { text: `The user ${of.name} was deleted.` };
  },
});

const expressions = [
  { name: 'configure', label: 'Configure', help: 'Names of queues and exchanges that may be declared and deleted.' },
  { name: 'write', label: 'Write', help: 'Names that may be published to and bound.' },
  { name: 'read', label: 'Read', help: 'Names that may be consumed, purged and bound from.' },
];
const expressionHelp = html`Regular expressions on names: <code>.*</code> matches all, an empty field none, <code>^orders\\.</code> those that begin
  with <code>orders.</code>`;

define({
  id: 'permission.set',
  label: 'Set permissions…',
  allowed: onlyAdministrator,
  // `of` is { user, vhost?, permission? }: without a virtual host, the form asks for one.
  dialog: of => ({
    title: of.permission ? html`Permissions of <${Name} of=${of.user} /> in <${Name} of=${of.vhost} />` : html`Give <${Name} of=${of.user} /> permissions`,
    wide: true,
    text: html`<p class="muted">${expressionHelp}</p>${of.permission
      && html`<p><button type="button" class="link-button" onClick=${() => run('permission.clear', of)}>Remove the permissions</button></p>`}`,
    fields: [
      ...of.permission ? [] : [{ name: 'vhost', label: 'Virtual host', type: 'select', options: virtualHosts.value, value: of.vhost ?? virtualHosts.value[0],
        wide: true }],
      ...expressions.map(field => ({ ...field, value: of.permission?.[field.name] ?? '' })),
    ],
    button: 'Save permissions',
  }),
  preview: async (of, values) => ({ view: html`<${Matches} vhost=${of.permission ? of.vhost : values.vhost}
    of=${expressions.map(({ name, label }) => [label, values[name]])} />` }),
  request: (of, values) => ({
    method: 'PUT', path: apiPath('permissions', values.vhost ?? of.vhost, of.user), body: { configure: values.configure, write: values.write,
      read: values.read },
  }),
  command: (of, values) => ['permissions', 'set', of.user, ...inHost(values.vhost ?? of.vhost), '--configure', values.configure, '--write', values.write,
    '--read', values.read],
  done: of => changed(`The permissions of ${of.user} were saved.`),
});

define({
  id: 'permission.clear',
  label: 'Remove permissions…',
  danger: true,
  allowed: onlyAdministrator,
  dialog: of => ({
    title: 'Remove permissions', button: 'Remove permissions',
    text: html`<p><${Name} of=${of.user} /> loses all permissions in <${Name} of=${of.vhost} />, and can no longer connect to it. Consumers of its open
      connections end.</p>`,
  }),
  request: of => ({ method: 'DELETE', path: apiPath('permissions', of.vhost, of.user) }),
  command: of => ['permissions', 'clear', of.user, ...inHost(of.vhost)],
  done: of => changed(`${of.user} has no permissions in ${of.vhost} any more.`),
});

define({
  id: 'topic.set',
  label: 'Set topic permissions…',
  allowed: onlyAdministrator,
  // `of` is { user, vhost?, topic? }.
  dialog: of => ({
    title: html`Topic permissions of <${Name} of=${of.user} />`,
      text: html`<p class="muted">Regular expressions on the routing keys of one topic exchange. {username}
      and {vhost} stand for the names. Without topic permissions, all routing keys are allowed.</p>`,
    fields: [
      ...of.topic ? [] : [{ name: 'vhost', label: 'Virtual host', type: 'select', options: virtualHosts.value, value: of.vhost ?? virtualHosts.value[0] },
        { name: 'exchange', label: 'Topic exchange', required: true, value: 'amq.topic', maxBytes: 255 }],
      { name: 'write', label: 'Write', value: of.topic?.write ?? '.*', help: 'Routing keys that may be published.' },
      { name: 'read', label: 'Read', value: of.topic?.read ?? '.*', help: 'Routing keys that may be bound.' },
    ],
    button: 'Save topic permissions',
  }),
  request: (of, values) => ({
    method: 'PUT', path: apiPath('topic-permissions', of.topic?.vhost ?? values.vhost, of.user),
    body: { exchange: of.topic?.exchange ?? values.exchange, write: values.write, read: values.read },
  }),
  command: (of, values) => ['permissions', 'set', of.user, ...inHost(of.topic?.vhost ?? values.vhost), '--topic', of.topic?.exchange ?? values.exchange,
    '--write', values.write, '--read', values.read],
  done: of => changed(`The topic permissions of ${of.user} were saved.`),
});

define({
  id: 'topic.clear',
  label: 'Remove topic permissions…',
  danger: true,
  allowed: onlyAdministrator,
  dialog: of => ({
    title: 'Remove topic permissions', button: 'Remove topic permissions',
    text: html`<p>On <${Name} of=${of.topic.exchange} /> in <${Name} of=${of.topic.vhost} />, <${Name} of=${of.user} /> may then use all routing keys.</p>`,
  }),
  request: of => ({ method: 'DELETE', path: apiPath('topic-permissions', of.topic.vhost, of.user, of.topic.exchange) }),
  command: of => ['permissions', 'clear', of.user, ...inHost(of.topic.vhost), '--topic', of.topic.exchange],
  done: of => changed(`The topic permissions of ${of.user} were removed.`),
});
