// The tab Arguments of a queue: what is in effect for each key, where it comes from, and what it overrides.
import { html } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { to } from '../../core/router.js';
import { count } from '../../core/format.js';
import { Facts } from '../../parts/page.js';
import { Loaded } from '../../parts/states.js';
import { Name, ObjectLink } from '../../parts/names.js';
import { FieldTable, valueText } from '../../parts/message.js';

const PolicyLink = ({ vhost, name }) => html`<${ObjectLink} parts=${['policies', vhost, name]} of=${name} />`;
const show = value => typeof value === 'number' ? count(value) : valueText(value);

const Source = ({ of, vhost }) => of.source === 'argument' ? 'argument'
  : html`${of.source === 'operator_policy' ? 'operator policy' : 'policy'}${of.policy && html` <${PolicyLink} vhost=${vhost} name=${of.policy} />`}`;

const Effective = ({ of, vhost }) => of.length === 0 ? html`<p class="muted">Neither arguments nor policies set anything.</p>`
  : html`<table class="plain-table"><thead><tr><th>Key</th><th>Value</th><th>From</th><th>Overrides</th></tr></thead>
    <tbody>${of.map(one => html`<tr key=${one.key}>
    <td class="mono"><${Name} of=${one.key} /></td><td class="mono"><b><${Name} of=${show(one.value)} /></b></td><td><${Source} of=${one} vhost=${vhost} /></td>
    <td>${(one.overridden ?? []).map((other, i) => html`<div key=${i}><span class="mono"><${Name} of=${show(other.value)} /></span> of the <${Source}
      of=${other} vhost=${vhost} />${
      other.reason && html`<span class="muted">: ${other.reason}</span>`}</div>`)}</td></tr>`)}</tbody></table>`;

export function Arguments({ of }) {
  const effective = useGet(`${apiPath('queues', of.vhost, of.name)}/arguments`, { every: 10_000 });
  return html`<div class="cards">
    <section class="card is-wide"><header><h2>Arguments in effect</h2></header><${Loaded}
      of=${effective}>${answer => html`<${Effective} of=${answer} vhost=${of.vhost} />`}<//></section>
    <section class="card"><header><h2>Declared arguments</h2></header><${FieldTable} of=${of.arguments} label="Declared arguments" /></section>
    <section class="card"><header><h2>Policies</h2><span class="space"></span><a href=${to(['policies'], { vhost: of.vhost })}>All policies</a></header>
      <${Facts} of=${[
      ['Policy', of.policy ? html`<${PolicyLink} vhost=${of.vhost} name=${of.policy} />` : html`<span class="muted">none matches</span>`],
      ['Operator policy', of.operator_policy ? html`<${PolicyLink} vhost=${of.vhost} name=${of.operator_policy} />`
        : html`<span class="muted">none matches</span>`],
    ]} /></section>
    <section class="card"><header><h2>Storage</h2></header><${Facts} of=${[
      ['In memory', count(of.messages_ram)], ['Persistent', count(of.messages_persistent)], ['Paged out', count(of.messages_paged_out)],
      ['Node', of.node && html`<${Name} of=${of.node} />`],
      ['Exclusive owner', of.owner_pid_details && html`<${ObjectLink} parts=${['connections', of.owner_pid_details.name]} of=${of.owner_pid_details.name} />`],
      ['Exclusive consumer', of.exclusive_consumer_tag && html`<${Name} of=${of.exclusive_consumer_tag} />`],
      ['Single active consumer', of.single_active_consumer_tag && html`<${Name} of=${of.single_active_consumer_tag} />`],
    ]} /></section></div>`;
}
