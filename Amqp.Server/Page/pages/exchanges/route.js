// The tab Route of an exchange: where a message would go, by which bindings, and why not elsewhere. Nothing is published.
import { html, useState } from '../../vendor/preact.js';
import { send, apiPath } from '../../core/api.js';
import { inHost } from '../../core/commands.js';
import { amount, count } from '../../core/format.js';
import { Field, faultOf, initialValues, pairsToObject } from '../../parts/fields.js';
import { Commands } from '../../parts/actiondialog.js';
import { Fault } from '../../parts/states.js';
import { ExchangeLink, Name, QueueLink, exchangeText } from '../../parts/names.js';
import { headerWords } from './words.js';

const SHOWN = 200;
const fields = [
  { name: 'routing_key', label: 'Routing key', maxBytes: 255, wide: true },
  { name: 'headers', label: 'Headers', type: 'pairs', shortcuts: [{ key: 'CC', label: 'CC', type: 'list', example: '["other.key"]',
    help: 'Further routing keys.' }] },
];

const Target = ({ vhost, type, name }) => type === 'queue' ? html`<${QueueLink} vhost=${vhost} name=${name} />`
  : html`<${ExchangeLink} vhost=${vhost} name=${name} />`;

const kinds = { alternate: 'alternate exchange', dead_letter: 'dead letters' };

/** The steps of a way: exchange, key, next exchange, key. */
const Way = ({ of }) => of.map((step, i) => html`${i > 0 && ' → '}<${Name} of=${exchangeText(step.source)}
  /> ${step.routing_key === null || step.routing_key === undefined
  ? html`<span class="muted">${kinds[step.kind] ?? step.kind}</span>` : html`<code><${Name} of=${step.routing_key || '""'} /></code>`}`);

function Reached({ route, vhost }) {
  if (route.queues.length === 0)
    return html`<div class="warn-box"><b>The message would reach no queue.</b> It is dropped, or returned to the publisher if it is mandatory.</div>`;
  const ways = new Map((route.paths ?? []).map(path => [path.queue, path.steps]));
  return html`<section class="card"><header><h2>Reaches ${amount(route.queues.length, 'queue')}</h2></header><table class="plain-table"><thead><tr>
    <th>Queue</th><th>By</th></tr></thead><tbody>
    ${route.queues.slice(0, SHOWN).map(name => html`<tr key=${name}><td><${QueueLink} vhost=${vhost} name=${name} /></td><td><${Way} of=${ways.get(name) ?? []}
      /></td></tr>`)}
  </tbody></table>${route.queues.length > SHOWN && html`<p class="muted">and ${count(route.queues.length - SHOWN)} more</p>`}</section>`;
}

/** One exchange on the way: its notes, and its bindings, those that do not match folded. */
function Step({ of, vhost }) {
  const misses = of.bindings.filter(binding => !binding.matches);
  const hits = of.bindings.filter(binding => binding.matches);
  const rows = bindings => html`<table class="plain-table"><thead><tr><th>To</th><th>Key</th><th>Reason</th></tr></thead>
    <tbody>${bindings.slice(0, SHOWN).map((binding, i) => html`<tr key=${i}>
    <td><${Target} vhost=${vhost} type=${binding.destination_type} name=${binding.destination} /></td><td class="mono"><${Name} of=${binding.routing_key} />
      </td><td><${Name} of=${binding.reason} /></td></tr>`)}</tbody></table>
    ${bindings.length > SHOWN && html`<p class="muted">and ${count(bindings.length - SHOWN)} more</p>`}`;
  return html`<section class="card"><header><h2><${ExchangeLink} vhost=${vhost} name=${of.name} /></h2><span class="badge">${of.type}</span></header>
    ${of.notes.map(note => html`<p key=${note}><${Name} of=${note} /></p>`)}
    ${hits.length > 0 && html`<h3>Matches: ${count(hits.length)}</h3>${rows(hits)}`}
    ${misses.length > 0 && html`<details open=${misses.length <= 12}><summary>Does not match: ${count(misses.length)}</summary>${rows(misses)}</details>`}
    ${of.bindings.length === 0 && html`<p class="muted">Nothing is bound to it.</p>`}</section>`;
}

export function Route({ of }) {
  const [values, setValues] = useState(() => initialValues(fields));
  const [route, setRoute] = useState(null);
  const [error, setError] = useState(null);
  const path = `${apiPath('exchanges', of.vhost, of.name || 'amq.default')}/route`;
  const isFaulty = fields.some(field => faultOf(field, values[field.name], values) !== '');
  const headers = isFaulty ? {} : pairsToObject(values.headers);
  const body = { routing_key: values.routing_key, properties: Object.keys(headers).length > 0 ? { headers } : {} };
  const test = async event => {
    event.preventDefault();
    if (isFaulty)
      return;
    try {
      setRoute(await send('POST', path, body));
      setError(null);
    } catch (failure) {
      setError(failure);
    }
  };
  return html`<form class="card route-form" onSubmit=${test}><div class="fields">${fields.map(field =>
      html`<${Field} key=${field.name} field=${field} values=${values} onChange=${(name, value) => setValues(old => ({ ...old, [name]: value }))} />`)}</div>
    <div class="row"><button type="submit" class="button is-primary">Test</button><span class="muted">Nothing is published.</span></div>
    <${Commands} request=${{ method: 'POST', path, body }} command=${['route', 'explain', of.name || 'amq.default', values.routing_key,
      ...headerWords(headers), ...inHost(of.vhost)]} /></form>
    ${error && html`<${Fault} error=${error} />`}
    ${route && html`<div class="stack" aria-live="polite"><${Reached} route=${route} vhost=${of.vhost}
      />${route.exchanges.map(step => html`<${Step} key=${step.name} of=${step} vhost=${of.vhost} />`)}</div>`}`;
}
