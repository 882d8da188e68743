// The test of a permission: who may do what with which name, and by which expression.
import { html, useState } from '../../vendor/preact.js';
import { send } from '../../core/api.js';
import { query } from '../../core/router.js';
import { Field, initialValues, faultOf } from '../../parts/fields.js';
import { Fault } from '../../parts/states.js';
import { Name } from '../../parts/names.js';

const actions = [{ value: 'configure', label: 'configure (declare, delete)' }, { value: 'write', label: 'write (publish, bind)' },
  { value: 'read', label: 'read (consume, get)' }];

function Answer({ of: { asked, reply } }) {
  return html`<div class=${reply.allowed ? 'ok-box' : 'warn-box'}><b>${reply.allowed ? 'Yes' : 'No'}</b>: <${Name} of=${asked.user} /> may${
    !reply.allowed && ' not'} ${asked.action} <${Name} of=${asked.name || '(default)'} />.${reply.reason && html` <span>${reply.reason}</span>`}${
    reply.expression !== null && reply.expression !== undefined && html` <span>Expression: ${reply.expression === '' ? 'none'
      : html`<code><${Name} of=${reply.expression} /></code>`}</span>`}</div>`;
}

export function Check({ users, hosts }) {
  const fields = [
    { name: 'user', label: 'User', type: 'select', options: users.map(user => user.name) },
    { name: 'vhost', label: 'Virtual host', type: 'select', options: hosts.map(host => host.name), value: query.value.get('vhost') || undefined },
    { name: 'action', label: 'Action', type: 'select', options: actions },
    { name: 'name', label: 'Queue or exchange', required: true },
    { name: 'routing_key', label: 'Routing key', help: 'For topic permissions, if any.', when: values => values.action !== 'configure' },
  ];
  const [values, setValues] = useState(() => initialValues(fields));
  const [answer, setAnswer] = useState(null);
  const [error, setError] = useState(null);
  const [isAsked, setAsked] = useState(false);
  const submit = async event => {
    event.preventDefault();
    setAsked(true);
    if (fields.some(field => faultOf(field, values[field.name], values)))
      return;
    const asked = { ...values, routing_key: values.action !== 'configure' && values.routing_key || undefined };
    try {
      setAnswer({ asked, reply: await send('POST', '/api/permissions/check', asked) });
      setError(null);
    } catch (failure) {
      setError(failure);
    }
  };
  return html`<section class="card"><header><h2>Test a permission</h2></header><form class="stack" onSubmit=${submit} novalidate>
    <div class="fields is-narrow">${fields.map(field => html`<${Field} key=${field.name} field=${field} values=${values} showFaults=${isAsked}
      onChange=${(name, value) => setValues(old => ({ ...old, [name]: value }))} />`)}</div>
    <div class="row"><button type="submit" class="button is-primary">Test</button></div>
    <div role="status">${error ? html`<${Fault} error=${error} />` : answer && html`<${Answer} of=${answer} />`}</div></form></section>`;
}
