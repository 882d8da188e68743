// What is wrong, worst first: each problem with a link to its object and an advice.
import { html } from '../vendor/preact.js';
import { to } from '../core/router.js';
import { duration } from '../core/format.js';
import { brokerNow } from '../core/session.js';

const marks = { critical: ['!', 'Critical'], warning: ['▲', 'Warning'], info: ['i', 'Notice'] };

/** The page of the object of a problem or event, or '' if it has none. */
export function objectHref({ object, vhost, name }) {
  switch (object) {
    case 'queue': return to(['queues', vhost, name]);
    case 'exchange': return to(['exchanges', vhost, name || 'amq.default']);
    case 'connection': return to(['connections', name]);
    case 'channel': return to(['channels', name]);
    case 'consumer': return to(['consumers'], { q: name });
    case 'policy': return to(['policies', vhost, name]);
    case 'vhost': return to(['vhosts', name]);
    case 'user': return to(['users', name]);
    case 'shovel': return to(['shovels']);
    case 'federation': return to(['federation']);
    case 'node': return to(['node']);
    default: return '';
  }
}

const word = object => object ? object[0].toUpperCase() + object.slice(1) : '';

export function Problem({ of, isHidden }) {
  const [mark, name] = marks[of.severity] ?? marks.info;
  const href = objectHref(of);
  return html`<li class=${`problem is-${of.severity}`} hidden=${isHidden}>
    <span class="mark" title=${name} role="img" aria-label=${name}>${mark}</span>
    <div><p>${of.text}</p>${of.advice && html`<p class="muted">${of.advice}</p>`}</div>
    <div class="row">${of.since && html`<span class="muted" title="since">${duration(brokerNow() - of.since)}</span>`}
      ${of.object === 'queue' && html`<a class="button" href=${`${href}?why`}>Why?</a>`}
      ${href && html`<a class="button" href=${href}>${word(of.object)}</a>`}</div></li>`;
}

/** @param {{ of: object[], limit: number }} props  Those beyond the limit are hidden. */
export const Problems = ({ of, limit }) => html`<ul class="problems">${of.map((one, i) => html`<${Problem}
  key=${`${one.kind}/${one.vhost}/${one.name}`} of=${one} isHidden=${i >= limit} />`)}</ul>`;
