// Importing definitions whose difference was looked at before.
import { html } from '../../vendor/preact.js';
import { define } from '../../core/actions.js';
import { amount } from '../../core/format.js';
import { Name } from '../../parts/names.js';
import { changed, onlyAdministrator } from '../access/actions.js';

export const definitionsPath = vhost => `/api/definitions${vhost ? `/${encodeURIComponent(vhost)}` : ''}`;

export const changesOf = difference => difference.added.length + difference.changed.length;

define({
  id: 'definitions.import',
  label: 'Import definitions…',
  allowed: onlyAdministrator,
  // `of` is { vhost, fileName, content, difference, onDone }.
  dialog: ({ vhost, fileName, difference }) => ({
    title: 'Import definitions',
    text: html`<p>From <${Name} of=${fileName} />${vhost ? html` into the virtual host <${Name} of=${vhost} />` : ' into the whole broker'}:</p>
      <ul class="name-list"><li>${amount(difference.added.length, 'object')} will be added</li><li>
        ${amount(difference.changed.length, 'object')} will be changed</li>
        <li>${amount(difference.same, 'object')} ${difference.same === 1 ? 'is' : 'are'} the same</li></ul><p>Nothing is deleted.</p>
      ${difference.refused.length > 0 && html`<div class="warn-box">${amount(difference.refused.length, 'definition')} will be left out.</div>`}`,
    button: `Import ${amount(changesOf(difference), 'change')}`,
  }),
  request: ({ vhost, fileName, content }) => ({ method: 'POST', path: definitionsPath(vhost), body: content, file: fileName,
    headers: { Prefer: 'return=representation' } }),
  command: ({ vhost, fileName }) => ['definitions', 'import', fileName, ...vhost ? ['--vhost', vhost] : []],
  done: (of, _, reply) => {
    of.onDone();
    const left = reply?.left_out?.length ?? 0;
    return changed(`${amount(reply?.imported ?? changesOf(of.difference), 'definition')} imported${left > 0
      ? `; ${left} left out: ${reply.left_out.slice(0, 3).join('; ')}` : ''}.`);
  },
});
