// What a policy changes: per queue or exchange the values before and after, and what overrules it.
import { html } from '../../vendor/preact.js';
import { send } from '../../core/api.js';
import { amount, count } from '../../core/format.js';
import { Name } from '../../parts/names.js';

const pathOf = (isOperator, vhost) => `/api/${isOperator ? 'operator-' : ''}policies/${encodeURIComponent(vhost)}`;

/** The path of a policy. */
export const policyPath = (isOperator, vhost, name) => `${pathOf(isOperator, vhost)}/${encodeURIComponent(name)}`;

/** Asks what a policy would change. Nothing is saved. */
export const askPreview = (isOperator, vhost, policy) => send('POST', `${pathOf(isOperator, vhost)}/preview`, policy);

/** A value of a definition as text. */
export const valueText = value => typeof value === 'number' ? count(value) : typeof value === 'string' ? value : JSON.stringify(value);

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Keys of a definition; those that differ from the other one only. */
function Values({ of, other }) {
  const shown = Object.entries(of ?? {}).filter(([key, value]) => !same(value, other?.[key]));
  return shown.length === 0 ? html`<span class="muted">–</span>`
    : shown.map(([key, value]) => html`<div key=${key}><span class="muted">${key}</span> <${Name} of=${valueText(value)} /></div>`);
}

/** `queue` if all changed objects are queues, else `object`. */
export const nounOf = preview => preview.objects.some(one => one.type !== 'queue') ? preview.objects.every(one => one.type === 'exchange') ? 'exchange'
  : 'object' : 'queue';

const MOST = 100;

/** @param {{ of: object }} props  An answer of the API. */
export function Preview({ of }) {
  if (of.matched === 0)
    return html`<div class="warn-box">The pattern matches no queue and no exchange now. The policy applies to those that are declared later.</div>`;
  const noun = nounOf(of);
  return html`<p class=${of.changed === 0 ? 'warn-box' : ''}>${of.changed === 0
    ? html`<b>None of the ${amount(of.matched, noun)} that match changes.</b>${of.objects.some(one => one.overruled_by)
      && ' The policies in the last column win over this one.'}`
    : html`<b>${amount(of.changed, noun)}</b> of the ${count(of.matched)} that match ${of.changed === 1 ? 'changes'
      : 'change'}.`}${of.objects.length < of.matched && ` The first ${count(MOST)}:`}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="What changes"><table class="plain-table is-even">
      <caption class="visually-hidden">Objects that match, with their values before and after</caption>
      <thead><tr><th>Name</th><th>Before</th><th>After</th><th>Overruled by</th></tr></thead>
      <tbody>${of.objects.map(one => html`<tr key=${`${one.type}\n${one.name}`}><td><${Name} of=${one.name || '(default)'} />
        ${one.type !== 'queue' && html` <span class="muted">${one.type}</span>`}</td>
        ${same(one.before, one.after) ? html`<td colspan="2" class="muted">unchanged</td>` : html`<td><${Values} of=${one.before} other=${one.after} /></td>
          <td><${Values} of=${one.after} other=${one.before} /></td>`}
        <td>${one.overruled_by ? html`<${Name} of=${one.overruled_by} />` : html`<span class="muted">–</span>`}</td></tr>`)}</tbody></table></div>`;
}
