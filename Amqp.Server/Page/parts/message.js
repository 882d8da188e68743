// The viewer of a message: payload pretty, raw or hex, headers, properties, deaths.
import { html, useEffect, useMemo, useState } from '../vendor/preact.js';
import { bytes, count, moment } from '../core/format.js';
import { Name, Moment, ExchangeLink, QueueLink } from './names.js';
import { Facts } from './page.js';
import { Icon } from './icons.js';
import { bytesOf, hex, isText, isWhole, pretty, textOf, unpack } from './payload.js';

const modes = { pretty: 'Pretty', raw: 'Raw', hex: 'Hex' };

/** The value of a header or argument as text. */
export const valueText = value => value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Name and value pairs of a field table. */
export const FieldTable = ({ of, label }) => Object.keys(of ?? {}).length === 0 ? html`<p class="muted">None.</p>`
  : html`<table class="plain-table"><caption class="visually-hidden">${label}</caption><thead><tr><th>Name</th><th>Value</th></tr></thead>
    <tbody>${Object.entries(of).map(([name, value]) => html`<tr key=${name}><td><${Name} of=${name} /></td><td class="mono"><${Name} of=${valueText(value)} />
      </td></tr>`)}</tbody></table>`;

/** The deaths of a dead letter, the latest first. */
const Deaths = ({ of, vhost }) => html`<ol class="deaths">${of.map((death, i) => html`<li key=${i}><${Facts} of=${[
  ['Queue', html`<${QueueLink} vhost=${vhost} name=${death.queue} />`],
  ['Reason', `${death.reason}${death.count > 1 ? `, ${count(death.count)} times` : ''}`],
  ['Published to', html`<${ExchangeLink} vhost=${vhost} name=${death.exchange ?? ''} /> <${Name} of=${[death['routing-keys'] ?? []].flat().join(', ')} />`],
  ['First time', death.time && html`<${Moment} of=${death.time * 1000} />`],
  ['Expiration', death['original-expiration'] && `${death['original-expiration']} ms`],
]} /></li>`)}</ol>`;

function Payload({ message }) {
  const [mode, setMode] = useState(isText(message) ? 'pretty' : 'hex');
  const [unpacked, setUnpacked] = useState(null);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    let isOld = false;
    setUnpacked(null);
    unpack(message).then(text => {
      if (isOld || text === null)
        return;
      setUnpacked(text);
      setMode('pretty');
    });
    return () => {
      isOld = true;
    };
  }, [message]);
  const shown = useMemo(() => {
    if (mode === 'hex')
      return hex(bytesOf(message));
    const text = unpacked ?? textOf(message);
    return mode === 'pretty' ? pretty(text) ?? text : text;
  }, [message, mode, unpacked]);
  const copy = async () => {
    await navigator.clipboard?.writeText(shown);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  if (message.payload_bytes === 0)
    return html`<p class="muted">The payload is empty.</p>`;
  return html`<div class="stack"><div class="row"><div class="ranges" role="group" aria-label="Form of the payload">${Object.entries(modes).map(([id, label]) =>
      html`<button type="button" key=${id} aria-pressed=${id === mode} onClick=${() => setMode(id)}>${label}</button>`)}</div>
      ${unpacked !== null && mode !== 'hex' && html`<span class="muted">unpacked from ${message.properties.content_encoding}</span>`}
      <span class="space"></span><button type="button" class="link-button" onClick=${copy}>${isCopied ? 'Copied' : 'Copy'}</button></div>
    <pre class="payload" tabindex="0" aria-label="Payload">${shown}</pre></div>`;
}

const tabs = [
  { id: 'payload', label: 'Payload' },
  { id: 'headers', label: message => `Headers ${Object.keys(message.properties?.headers ?? {}).length}` },
  { id: 'properties', label: 'Properties' },
  { id: 'deaths', label: message => `Deaths ${message.properties.headers['x-death'].length}`,
    isShown: message => Array.isArray(message.properties?.headers?.['x-death']) },
];

/**
 * @param {object} props
 * @param {object} props.message  With `routing_key`, `exchange`, `properties`, `payload`, `payload_encoding`, `payload_bytes`.
 * @param {string} props.vhost
 * @param {any} props.title
 * @param {() => void=} props.onClose
 * @param {any=} props.whole  Shown if the payload is cut: how to see all of it.
 */
export function MessageView({ message, vhost, title, onClose, whole, actions }) {
  const [tab, setTab] = useState('payload');
  const shown = tabs.filter(one => one.isShown?.(message) ?? true);
  const current = shown.some(one => one.id === tab) ? tab : 'payload';
  const { headers, ...properties } = Array.isArray(message.properties) ? {} : message.properties ?? {};
  return html`<section class="card message" aria-label="Message"><header><h2>${title}</h2><span class="space"></span>${actions}
      ${onClose && html`<button type="button" class="button is-icon is-quiet" aria-label="Close the message" onClick=${onClose}><${Icon} name="close" />
        </button>`}</header>
    ${message.unreadable ? html`<div class="warn-box">The message cannot be read: ${message.unreadable}</div>` : html`
      <${Facts} of=${[
        ['Exchange', html`<${ExchangeLink} vhost=${vhost} name=${message.exchange ?? ''} />`],
        ['Routing key', html`<${Name} of=${message.routing_key} />`],
        ['Size', bytes(message.payload_bytes)],
        ['Published', message.published_at && html`<${Moment} of=${message.published_at} />`],
        ['Expires', message.expires_at && html`<${Moment} of=${message.expires_at} />`],
      ]} />
      <div class="tabs" role="tablist">${shown.map(one => html`<button type="button" key=${one.id} role="tab"
        aria-selected=${one.id === current ? 'true' : 'false'}
        onClick=${() => setTab(one.id)}>${typeof one.label === 'function' ? one.label(message) : one.label}</button>`)}</div>
      <div role="tabpanel" aria-label=${current}>
      ${current === 'payload' && html`<div class="stack"><${Payload} message=${message} />${!isWhole(message) && html`<div class="row">
        <span class="muted">The first ${bytes(bytesOf(message).length)} of ${bytes(message.payload_bytes)} are shown.</span>${whole}</div>`}</div>`}
      ${current === 'headers' && html`<${FieldTable} of=${headers} label="Headers" />`}
      ${current === 'properties' && html`<${FieldTable} of=${withTime(properties)} label="Properties" />`}
      ${current === 'deaths' && html`<${Deaths} of=${message.properties.headers['x-death']} vhost=${vhost} />`}</div>`}
  </section>`;
}

/** The property timestamp is in seconds since 1970. */
const withTime = properties => properties.timestamp === undefined ? properties
  : { ...properties, timestamp: `${properties.timestamp} (${moment(properties.timestamp * 1000)})` };
