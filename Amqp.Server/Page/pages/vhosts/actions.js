// Actions on virtual hosts.
import { html } from '../../vendor/preact.js';
import { define } from '../../core/actions.js';
import { apiPath, get } from '../../core/api.js';
import { isAdministrator } from '../../core/session.js';
import { to } from '../../core/router.js';
import { amount, count } from '../../core/format.js';
import { option } from '../../core/commands.js';
import { Name } from '../../parts/names.js';
import { changed, onlyAdministrator, limitFields, limitRequests, limitTable } from '../access/actions.js';
import { leave } from '../connections/actions.js';

const typeOf = of => of.default_queue_type === 'undefined' || !of.default_queue_type ? '' : of.default_queue_type;
const fieldsOf = of => [
  { name: 'description', label: 'Description', value: of.description ?? '', wide: true },
  { name: 'tags', label: 'Tags', value: (of.tags ?? []).join(', '), help: 'Separated by commas.' },
  { name: 'type', label: 'Default queue type', type: 'select', value: typeOf(of), options: [{ value: '', label: 'classic (not set)' }, 'classic', 'quorum',
    'stream'],
    help: 'For queues that are declared without a type.' },
];
const tagsOf = values => values.tags.split(',').map(tag => tag.trim()).filter(Boolean).join(',');
const bodyOf = values => ({ description: values.description, tags: tagsOf(values), ...values.type ? { default_queue_type: values.type } : {} });
const words = (name, values) => ['vhosts', 'declare', name, ...option('--description', values.description), ...option('--tags', tagsOf(values)),
  ...option('--default-queue-type', values.type)];

define({
  id: 'vhost.add',
  label: 'Add virtual host…',
  allowed: onlyAdministrator,
  dialog: () => ({
    title: 'Add virtual host', button: 'Add virtual host', text: html`<p>A virtual host has queues, exchanges, policies and permissions of its own.</p>`,
    fields: [{ name: 'name', label: 'Name', required: true, maxBytes: 255, wide: true }, ...fieldsOf({})],
  }),
  request: (_, values) => ({ method: 'PUT', path: apiPath('vhosts', values.name), body: bodyOf(values) }),
  command: (_, values) => words(values.name, values),
  done: (_, values) => changed(`The virtual host ${values.name} was added.`, { href: to(['vhosts', values.name]), linkText: 'Open' }),
});

define({
  id: 'vhost.edit',
  label: 'Edit…',
  key: 'e',
  allowed: onlyAdministrator,
  dialog: of => ({ title: html`Virtual host <${Name} of=${of.name} />`, fields: fieldsOf(of), button: 'Save' }),
  request: (of, values) => ({ method: 'PUT', path: apiPath('vhosts', of.name), body: bodyOf(values) }),
  command: (of, values) => words(of.name, values),
  done: of => changed(`The virtual host ${of.name} was changed.`),
});

const limits = [{ name: 'max-connections', label: 'Connections' }, { name: 'max-queues', label: 'Queues' }];

define({
  id: 'vhost.limits',
  label: 'Limits…',
  allowed: onlyAdministrator,
  dialog: of => ({
    title: html`Limits of <${Name} of=${of.name} />`, text: html`<p>The broker refuses what is above a limit. What exists stays.</p>`,
    fields: limitFields(limits, of.limits ?? {}), button: 'Save limits',
  }),
  request: (of, values) => limitRequests(limits, of.limits ?? {}, values, apiPath('vhost-limits', of.name)),
  command: (of, values) => ['ctl', 'set_vhost_limits', '-p', of.name, limitTable(limits, values)],
  done: of => changed(`The limits of ${of.name} were changed.`),
});

define({
  id: 'vhost.trace',
  label: 'Firehose…',
  allowed: onlyAdministrator,
  dialog: of => of.tracing
    ? { title: 'Turn the firehose off', text: html`<p>Messages of <${Name} of=${of.name} /> are no longer copied to amq.rabbitmq.trace.</p>`,
      button: 'Turn off' }
    : { title: 'Turn the firehose on', button: 'Turn on',
      text: html`<p>Each message that is published or delivered in <${Name}
        of=${of.name} /> is also published to the exchange amq.rabbitmq.trace. This costs time with
        every message, and is off after a restart. To follow single messages, use <a href=${to(['trace'])}>Trace</a>.</p>` },
  request: of => ({ method: 'PUT', path: apiPath('vhosts', of.name), body: { tracing: !of.tracing } }),
  command: of => ['ctl', of.tracing ? 'trace_off' : 'trace_on', '-p', of.name],
  done: of => changed(of.tracing ? `The firehose of ${of.name} is off.` : `The firehose of ${of.name} is on.`),
});

define({
  id: 'vhost.protect',
  label: 'Deletion protection…',
  allowed: onlyAdministrator,
  dialog: of => of.protected_from_deletion
    ? { title: 'Remove the protection', text: html`<p><${Name} of=${of.name} /> can then be deleted.</p>`, button: 'Remove protection' }
    : { title: 'Protect from deletion', text: html`<p><${Name}
      of=${of.name} /> cannot be deleted until the protection is removed. Its queues and exchanges can.</p>`, button: 'Protect' },
  request: of => ({ method: of.protected_from_deletion ? 'DELETE' : 'POST', path: `${apiPath('vhosts', of.name)}/deletion/protection` }),
  command: of => ['ctl', `${of.protected_from_deletion ? 'disable' : 'enable'}_vhost_deletion_protection`, of.name],
  done: of => changed(of.protected_from_deletion ? `${of.name} can be deleted again.` : `${of.name} is protected from deletion.`),
});

/** How many objects of a kind are in a virtual host. */
const number = (kind, vhost) => get(`/api/${kind}?${new URLSearchParams({ vhost, limit: 1 })}`).then(answer => answer.filtered_count);

define({
  id: 'vhost.delete',
  label: 'Delete virtual host…',
  danger: true,
  allowed: of => !isAdministrator() ? null : of.protected_from_deletion ? 'is protected from deletion' : '',
  dialog: async of => {
    const [queues, exchanges, connections] = await Promise.all(['queues', 'exchanges', 'connections'].map(kind => number(kind, of.name)));
    return {
      title: html`Delete virtual host <${Name} of=${of.name} />`,
      text: html`<p>These go, and cannot be brought back:</p><ul class="name-list"><li>${amount(queues, 'queue')} with ${amount(of.messages ?? 0, 'message')}${
        of.messages_unacknowledged > 0 ? `, of which ${count(of.messages_unacknowledged)} are unacknowledged` : ''}</li><li>
          ${amount(exchanges, 'exchange')} with their bindings</li>
        <li>policies, parameters, permissions and limits of the virtual host</li></ul><p>
          ${connections > 0 ? `${amount(connections, 'open connection')} will be closed.` : 'No connection is open.'}</p>`,
      confirmName: of.name,
      button: 'Delete virtual host',
    };
  },
  request: of => ({ method: 'DELETE', path: apiPath('vhosts', of.name) }),
  command: of => ['vhosts', 'delete', of.name],
  done: of => {
    leave('vhosts', ['vhosts']);
    return changed(`The virtual host ${of.name} was deleted.`);
  },
});
