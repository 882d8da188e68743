// Adding, changing and deleting policies and operator policies. The form shows what the policy changes before it is saved.
import { html } from '../../vendor/preact.js';
import { define } from '../../core/actions.js';
import { isAdministrator, isPolicymaker, virtualHosts, hasAccess } from '../../core/session.js';
import { inHost } from '../../core/commands.js';
import { amount } from '../../core/format.js';
import { pairsToObject, objectToPairs } from '../../parts/fields.js';
import { Name } from '../../parts/names.js';
import { leave } from '../connections/actions.js';
import { keys } from './keys.js';
import { askPreview, nounOf, policyPath, Preview } from './preview.js';
import { policyHref } from './href.js';

const allowed = of => of.isOperator ? isAdministrator() ? '' : null
  : !isPolicymaker() ? null : of.vhost === undefined || isAdministrator() || hasAccess(of.vhost) ? '' : `needs a permission in ${of.vhost}`;

const targets = [
  { value: 'queues', label: 'queues' }, { value: 'classic_queues', label: 'classic queues' }, { value: 'quorum_queues', label: 'quorum queues' },
  { value: 'exchanges', label: 'exchanges' }, { value: 'all', label: 'queues and exchanges' },
];

const fieldsOf = ({ isOperator, policy, vhost }) => [
  ...policy ? [] : [{ name: 'name', label: 'Name', required: true, maxBytes: 255 },
    { name: 'vhost', label: 'Virtual host', type: 'select', options: virtualHosts.value, value: vhost ?? virtualHosts.value[0] }],
  { name: 'pattern', label: 'Pattern', value: policy?.pattern ?? '', placeholder: '^orders\\.',
    help: 'Regular expression on names. An empty one matches all.' },
  { name: 'target', label: 'Apply to', type: 'select', options: isOperator ? targets.slice(0, 3) : targets, value: policy?.['apply-to'] ?? 'queues' },
  { name: 'priority', label: 'Priority', type: 'number', value: String(policy?.priority ?? 0),
    help: `Of several ${isOperator ? 'operator ' : ''}policies that match, only the one with the highest priority applies.` },
  { name: 'definition', label: 'Definition', type: 'pairs', value: objectToPairs(policy?.definition), shortcuts: isOperator
    ? keys.filter(key => key.isOperator) : keys,
    check: pairs => pairs.some(pair => pair.key !== '') ? '' : 'At least one key is required.' },
];

const bodyOf = values => ({ pattern: values.pattern, 'apply-to': values.target, priority: Number(values.priority || 0),
  definition: pairsToObject(values.definition) });
const nameOf = (of, values) => of.policy?.name ?? values.name;
const hostOf = (of, values) => of.policy?.vhost ?? values.vhost;

async function preview(of, values) {
  const answer = await askPreview(of.isOperator, hostOf(of, values), { name: nameOf(of, values), ...bodyOf(values) });
  return { ...answer, view: html`<${Preview} of=${answer} />` };
}

const saveText = (_, answer) => answer?.objects ? answer.changed === 0 ? 'Save, changes nothing now'
  : `Save, changes ${amount(answer.changed, nounOf(answer))}` : 'Save policy';
const request = (of, values) => ({ method: 'PUT', path: policyPath(of.isOperator, hostOf(of, values), nameOf(of, values)), body: bodyOf(values) });
const command = (of, values) => ['policies', 'declare', nameOf(of, values), values.pattern, JSON.stringify(bodyOf(values).definition),
  ...inHost(hostOf(of, values)),
  '--apply-to', values.target, '--priority', values.priority || '0', of.isOperator && '--operator'];
const words = of => of.isOperator ? 'operator policy' : 'policy';

/** `of` is `{ isOperator, vhost?, policy? }`. */
const shared = { allowed, preview, request, command };

define({
  ...shared,
  id: 'policy.add',
  label: 'Add policy…',
  dialog: of => ({
    title: `Add ${words(of)}`, wide: true, fields: fieldsOf(of), button: saveText,
    text: of.isOperator && html`<p>Operator policies limit what other policies and arguments set: of two numbers, the smaller one applies.</p>`,
  }),
  done: (of, values) => ({ text: `The ${words(of)} ${values.name} was saved.`, href: policyHref(values.vhost, values.name, of.isOperator), linkText: 'Open' }),
});

define({
  ...shared,
  id: 'policy.edit',
  label: 'Edit…',
  key: 'e',
  dialog: of => ({ title: html`Edit ${words(of)} <${Name} of=${of.policy.name} />`, wide: true, fields: fieldsOf(of), button: saveText }),
  done: of => ({ text: `The ${words(of)} ${of.policy.name} was saved.` }),
});

define({
  id: 'policy.delete',
  label: 'Delete policy…',
  danger: true,
  allowed,
  dialog: async of => {
    const { vhost, ...policy } = of.policy;
    const answer = await askPreview(of.isOperator, vhost, policy).catch(() => null);
    return {
      title: html`Delete ${words(of)} <${Name} of=${of.policy.name} />`,
      text: html`<p>${answer === null ? 'Objects that it applies to lose its values at once.' : answer.matched === 0 ? 'It matches no object now.'
        : `It matches ${amount(answer.matched, nounOf(answer))}. Those that it applies to lose its values at once; `
          + 'another policy that matches takes its place.'}</p>`,
      button: 'Delete policy',
    };
  },
  request: of => ({ method: 'DELETE', path: policyPath(of.isOperator, of.policy.vhost, of.policy.name) }),
  command: of => ['policies', 'delete', of.policy.name, ...inHost(of.policy.vhost), of.isOperator && '--operator'],
  done: of => {
    leave('policies', ['policies']);
    return { text: `The ${words(of)} ${of.policy.name} was deleted.` };
  },
});
