// The names that expressions match, and a permission as three letters.
import { html, useEffect, useState } from '../../vendor/preact.js';
import { get } from '../../core/api.js';
import { amount } from '../../core/format.js';
import { Name } from '../../parts/names.js';

/** What an expression allows: `none`, `some` or `all`. */
export const extent = expression => expression === '' || expression === '^$' ? 'none' : ['.*', '^.*$', '.*$', '^.*'].includes(expression) ? 'all' : 'some';

const signs = { none: '.', some: '~', all: '*' };

/** C~ W* R. with the words for those who do not see it. */
export const Letters = ({ of }) => html`<span class="letters">
  ${['configure', 'write', 'read'].map(kind => html`<span key=${kind} class=${`is-${extent(of[kind])}`}
  title=${`${kind}: ${of[kind] === '' ? 'nothing' : of[kind]}`}>${kind[0].toUpperCase()}${signs[extent(of[kind])]}</span>`)}</span>`;

export const lettersText = of => ['configure', 'write', 'read'].map(kind => `${kind} ${extent(of[kind])}`).join(', ');

/** Per expression: how many queues and exchanges it matches, and the first of them. @param {{ vhost: string, of: [string, string][] }} props */
export function Matches({ vhost, of }) {
  const [found, setFound] = useState({});
  const wanted = of.map(([, expression]) => expression).join('\n');
  useEffect(() => {
    let isOld = false;
    const ask = async ([label, expression]) => {
      const answer = expression === '' ? { queues: 0, exchanges: 0, names: [] }
        : await get(`/api/permissions/matches?${new URLSearchParams({ vhost, expression })}`).catch(error => ({ error }));
      if (!isOld)
        setFound(old => ({ ...old, [label]: answer }));
    };
    of.forEach(ask);
    return () => {
      isOld = true;
    };
  }, [vhost, wanted]);
  return html`<table class="plain-table"><caption class="visually-hidden">Names that the expressions match</caption><thead><tr><th>May</th><th>Queues</th>
    <th>Exchanges</th><th>Names</th></tr></thead>
    <tbody>${of.map(([label]) => {
      const answer = found[label];
      return html`<tr key=${label}><td>${label.toLowerCase()}</td>${!answer ? html`<td colspan="3" class="muted">…</td>`
        : answer.error ? html`<td colspan="3"><span class="fault-text">${answer.error.message}</span></td>`
        : html`<td>${amount(answer.queues, 'queue')}</td><td>${amount(answer.exchanges, 'exchange')}</td>
          <td>${answer.names.length === 0 ? html`<span class="muted">none</span>` : answer.names.slice(0, 6).map((name, i) => html`${i > 0 && ', '}
            <${Name} of=${name || '(default)'} />`)}${
          answer.queues + answer.exchanges > 6 && html`<span class="muted"> …</span>`}</td>`}</tr>`;
    })}</tbody></table>`;
}
