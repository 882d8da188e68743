// Names and other text of users. They are data: always text nodes, in their own direction, with symbols for what would not be seen.
import { html } from '../vendor/preact.js';
import { visible, moment, utc, duration, toMilliseconds, NONE } from '../core/format.js';
import { brokerNow } from '../core/session.js';
import { to } from '../core/router.js';

/** A name as text. */
export const Name = ({ of }) => html`<bdi>${visible(of).map(part =>
  part.isSymbol ? html`<span class="symbol" title="not a visible character">${part.text}</span>` : part.text)}</bdi>`;

/** Name of an exchange; the default exchange has no name. */
export const exchangeText = name => name === '' ? '(default)' : name;

/** A link to a page of an object, with its name as text. */
export const ObjectLink = ({ parts, of, query }) => html`<a href=${to(parts, query)}><${Name} of=${of} /></a>`;

export const QueueLink = ({ vhost, name }) => html`<${ObjectLink} parts=${['queues', vhost, name]} of=${name} />`;

export const ExchangeLink = ({ vhost, name }) =>
  html`<${ObjectLink} parts=${['exchanges', vhost, name === '' ? 'amq.default' : name]} of=${exchangeText(name)} />`;

/** A moment in the reader's zone, with UTC in the title. */
export const Moment = ({ of }) => html`<time title=${utc(of)}>${moment(of)}</time>`;

/** Time since a moment, with the moment in the title. */
export const Age = ({ of }) => toMilliseconds(of) === null
  ? NONE : html`<time title=${`${moment(of)} (${utc(of)})`}>${duration(brokerNow() - toMilliseconds(of))}</time>`;
