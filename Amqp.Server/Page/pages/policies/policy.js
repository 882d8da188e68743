// One policy: its definition, and the queues and exchanges that it matches.
import { html, useEffect, useState } from '../../vendor/preact.js';
import { count } from '../../core/format.js';
import { PageHead, Facts } from '../../parts/page.js';
import { ActionButton, useObjectInView } from '../../parts/actions.js';
import { Loaded, Gone, Fault, Busy } from '../../parts/states.js';
import { Name, ObjectLink, QueueLink, ExchangeLink } from '../../parts/names.js';
import { isPolicymaker } from '../../core/session.js';
import { usePolicies } from './all.js';
import { askPreview, valueText } from './preview.js';
import { helpOf } from './keys.js';

const actionIds = ['policy.edit', 'policy.delete'];
const crumbs = [{ parts: ['policies'], label: 'Policies' }];

const Definition = ({ of }) => html`<section class="card"><header><h2>Definition</h2></header><${Facts} of=${Object.entries(of).map(([key, value]) =>
  [key, html`<${Name} of=${valueText(value)} /><div class="muted">${helpOf(key)}</div>`])} /></section>`;

/** The objects that match, and which of them another policy takes. */
function Objects({ policy, isOperator }) {
  const [answer, setAnswer] = useState(null);
  const [error, setError] = useState(null);
  const asked = JSON.stringify(policy);
  const load = () => {
    const { vhost, ...body } = policy;
    askPreview(isOperator, vhost, body).then(setAnswer, setError);
  };
  useEffect(load, [asked]);
  if (error)
    return html`<${Fault} error=${error} retry=${load} />`;
  if (!answer)
    return html`<${Busy} />`;
  return html`<section class="card"><header><h2>Matches ${count(answer.matched)}</h2></header>${answer.matched === 0
    ? html`<p class="muted">No queue and no exchange matches now. The policy applies to those that are declared later.</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="Objects that match"><table class="plain-table is-even"><thead><tr><th>Name</th>
      <th>Kind</th><th>State</th></tr></thead>
      <tbody>${answer.objects.map(one => html`<tr key=${`${one.type}\n${one.name}`}><td>
        ${one.type === 'queue' ? html`<${QueueLink} vhost=${policy.vhost} name=${one.name} />`
        : html`<${ExchangeLink} vhost=${policy.vhost} name=${one.name} />`}</td><td>${one.type}</td>
        <td>${one.overruled_by ? html`<span class="state is-warn">overruled by <${Name} of=${one.overruled_by} /></span>`
          : html`<span class="state">applies</span>`}</td></tr>`)}</tbody></table></div>
      ${answer.objects.length < answer.matched && html`<p class="muted">The first ${count(answer.objects.length)} are shown.</p>`}`}</section>`;
}

export function Policy({ vhost, name, isOperator }) {
  const policies = usePolicies(vhost);
  const policy = policies.data?.find(one => one.name === name && Boolean(one.isOperator) === isOperator);
  const { isOperator: _, ...plain } = policy ?? {};
  const of = policy && { isOperator, vhost, policy: plain };
  useObjectInView(name, of, actionIds);
  const title = html`<${Name} of=${name} />`;
  if (policies.error?.status === 404 || policies.data && !policy)
    return html`<${PageHead} title=${title} crumbs=${crumbs} /><${Gone} noun="policy" parts=${['policies']} label="Policies" />`;
  return html`<${PageHead} title=${title} crumbs=${crumbs} badges=${isOperator && html`<span class="badge is-warn">operator policy</span>`}
      actions=${of && html`<${ActionButton} id="policy.edit" of=${of} /><${ActionButton} id="policy.delete" of=${of} />`} />
    <${Loaded} of=${policies}>${() => policy && html`<div class="cards"><section class="card"><header><h2>Policy</h2></header><${Facts} of=${[
      ['Virtual host', html`<${ObjectLink} parts=${['vhosts', vhost]} of=${vhost} />`], ['Pattern', html`<code><${Name} of=${policy.pattern} /></code>`],
      ['Applies to', policy['apply-to'].replace('_', ' ')], ['Priority', count(policy.priority)],
    ]} /></section><${Definition} of=${policy.definition} /></div>${isPolicymaker() && html`<${Objects} policy=${plain} isOperator=${isOperator} />`}`}<//>`;
}
