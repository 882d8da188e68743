// Cells that several lists share.
import { html } from '../vendor/preact.js';
import { count, rate, NONE } from '../core/format.js';

/** A count; zero is muted. */
export const countCell = field => ({ cell: row => count(row[field]), tone: row => row[field] === 0 ? 'zero' : '' });

/** A rate per second; zero is muted. */
export const rateCell = field => ({ cell: row => rate(row[field]), tone: row => !row[field] ? 'zero' : '' });

const meanings = {
  D: 'durable', AD: 'auto-delete', Excl: 'exclusive', TTL: 'message TTL', Exp: 'expires when unused', Lim: 'length limit', DLX: 'dead-letter exchange',
  DLK: 'dead-letter routing key', Pri: 'priorities', Ovfl: 'overflow behaviour', SAC: 'single active consumer', Pol: 'policy', I: 'internal',
    AE: 'alternate exchange',
};

/** Features of a queue or exchange as small words with their meaning. */
export const Features = ({ of }) => html`<span class="features">${(of ?? []).map(one => html`<span class="badge" key=${one}
  title=${meanings[one] ?? one}>${one}</span>`)}</span>`;

const idle = new Set(['idle', 'down', 'closed']);
const bad = new Set(['crashed', 'failed', 'minority', 'terminated']);
const warned = new Set(['blocked', 'blocking', 'flow', 'syncing', 'starting', 'closing']);

/** A state as word and shape. */
export const State = ({ of }) => html`<span
  class=${`state${bad.has(of) ? ' is-bad' : warned.has(of) ? ' is-warn' : idle.has(of) ? ' is-idle' : ''}`}>${of ?? NONE}</span>`;

/** A rise that fills the height of the small line; less is drawn lower, so that a single message does not look like a flood. */
const LEAST_RISE = 20;

/** A small line of the last counts. */
export function Trend({ of }) {
  if (!of || of.length < 2)
    return null;
  const low = Math.min(...of);
  const high = Math.max(low + LEAST_RISE, ...of);
  const y = value => 18 - (value - low) / (high - low) * 16;
  const path = of.map((value, i) => `${i === 0 ? 'M' : 'L'}${(i * 72 / (of.length - 1)).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  return html`<svg class="spark" viewBox="0 0 72 20" role="img" aria-label=${`from ${of[0]} to ${of.at(-1)}`}><path d=${path} /></svg>`;
}
