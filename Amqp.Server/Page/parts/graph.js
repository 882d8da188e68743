// A topology drawn as SVG: exchanges, queues and groups are links, and a table says the same as text.
import { html, useEffect, useMemo, useRef } from '../vendor/preact.js';
import { to } from '../core/router.js';
import { amount, count, rate, short, visible } from '../core/format.js';
import { exchangeText, Name } from './names.js';
import { layout, WIDTH } from './layout.js';

const LETTERS = 28;
const KEY_LETTERS = 24;
/** A graph that is too wide is drawn smaller, down to this share; below, it scrolls. */
const SMALLEST = 0.8;
const kinds = { binding: 'binding', alternate: 'alternate exchange', dead_letter: 'dead letters' };

const plain = name => visible(name).map(part => part.text).join('');
const cut = (text, most) => [...text].length > most ? `${[...text].slice(0, most - 1).join('')}…` : text;
const nameOf = node => node.kind === 'exchange' ? exchangeText(node.name) : node.name;

function hrefOf(node, vhost) {
  if (node.kind === 'exchange')
    return to(['exchanges', vhost, node.name || 'amq.default']);
  if (node.kind === 'queue')
    return to(['queues', vhost, node.name]);
  return to(['queues'], { vhost, q: node.name === '*' ? '' : `"${node.name.replace(/\*$/, '')}"` });
}

function describe(node) {
  if (node.type === 'missing')
    return 'does not exist';
  if (node.kind === 'exchange')
    return [node.type, node.in_rate > 0 && `${rate(node.in_rate)}/s`].filter(Boolean).join(', ');
  return [node.kind === 'group' && amount(node.count, 'queue'), node.messages_ready !== null && node.messages_ready !== undefined
    && `${short(node.messages_ready)} ready`].filter(Boolean).join(', ');
}

/** The keys of an edge as one short text; lines of other kinds are explained below the graph. */
export function keysText({ keys, count: all, kind }) {
  if (kind !== 'binding')
    return '';
  const shown = keys.filter(key => key !== '');
  const more = all - keys.length;
  return `${shown.slice(0, 3).map(plain).join(', ')}${shown.length > 3 || more > 0 ? ` +${count(all - Math.min(3, shown.length))}` : ''}`;
}

function Node({ of, vhost, mark }) {
  const kind = `node is-${of.kind}${of.type === 'missing' ? ' is-warn' : ''}${of.isRoot ? ' is-root' : ''}${mark}`;
  const middle = of.y + of.height / 2;
  return html`<a class=${kind} href=${hrefOf(of, vhost)} data-node=${of.id}>
    ${of.kind === 'group' && html`<rect x=${of.x + 4} y=${of.y - 4} width=${WIDTH} height=${of.height} rx="6" />`}
    <rect x=${of.x} y=${of.y} width=${WIDTH} height=${of.height} rx=${of.kind === 'exchange' ? 20 : 6}><title>${plain(nameOf(of))}</title></rect>
    <svg x=${of.x + 14} y=${middle - 20} width=${WIDTH - 26} height="40"><text y="17">${cut(plain(nameOf(of)), LETTERS)}</text> <text class="sub"
      y="34">${describe(of)}</text></svg></a>`;
}

const labelOf = edge => cut(keysText(edge), KEY_LETTERS);

const Edge = ({ of, mark }) => html`<g class=${`edge is-${of.kind}${mark}`}>${of.kind !== 'binding'
  && html`<title>${kinds[of.kind]}</title>`}<path class=${of.kind === 'binding' ? '' : 'is-dashed'} d=${of.path} /><path
  class="tip" d=${of.tip} />
  ${of.label && html`<text class="sub" x=${of.label.x} y=${of.label.y} text-anchor="end">${labelOf(of)}</text>`}</g>`;

/** What the dashed lines mean, if there are any. */
const Kinds = ({ edges }) => html`<p class="legend">${[['dead_letter', 'c2'], ['alternate', 'c3']].filter(([kind]) =>
  edges.some(edge => edge.kind === kind)).map(([kind, color]) =>
  html`<span key=${kind}><i class=${`${color} is-${kind}`}></i>${kinds[kind]}</span>`)}</p>`;

const AsList = ({ graph, vhost }) => {
  const byId = new Map(graph.nodes.map(node => [node.id, node]));
  const link = id => byId.has(id) && html`<a href=${hrefOf(byId.get(id), vhost)}><${Name} of=${nameOf(byId.get(id))} /></a>`;
  return html`<details class="below"><summary>The same as a list</summary><table class="plain-table"><thead><tr><th>From</th><th>To</th><th>Keys</th>
    <th>Kind</th></tr></thead>
    <tbody>${graph.edges.map((edge, i) => html`<tr key=${i}><td>${link(edge.from)}</td><td>${link(edge.to)}</td>
      <td><${Name} of=${keysText(edge)} /></td><td>${kinds[edge.kind]}</td></tr>`)}</tbody></table></details>`;
};

/** Nodes whose names contain a text, and all that are connected with them. */
function marksOf(graph, find) {
  const wanted = find.trim().toLowerCase();
  if (!wanted)
    return null;
  const found = new Set(graph.nodes.filter(node => nameOf(node).toLowerCase().includes(wanted)).map(node => node.id));
  const near = new Set(found);
  for (const edge of graph.edges)
    if (found.has(edge.from) || found.has(edge.to))
      near.add(edge.from).add(edge.to);
  return { found, near };
}

/**
 * @param {object} props
 * @param {{nodes: object[], edges: object[], hidden: number}} props.of  As the API's graph.
 * @param {string} props.vhost
 * @param {string=} props.root  Id of the node in the middle of the interest.
 * @param {string=} props.find  Nodes whose names contain it are marked.
 */
export function Graph({ of, vhost, root, find = '' }) {
  const place = useRef(null);
  const shape = JSON.stringify([of.nodes.map(node => node.id), of.edges.map(edge => [edge.from, edge.to, edge.keys, edge.count, edge.kind]), root]);
  const drawn = useMemo(() => layout({ nodes: of.nodes.map(node => ({ ...node, isRoot: node.id === root })), edges: of.edges,
    letters: Math.max(0, ...of.edges.map(edge => labelOf(edge).length)) }), [shape]);
  const now = new Map(of.nodes.map(node => [node.id, node]));
  const marks = useMemo(() => marksOf(drawn, find), [drawn, find]);
  useEffect(() => {
    const first = drawn.nodes.find(node => marks?.found.has(node.id));
    if (first)
      place.current?.scrollTo({ left: first.x - 100, top: first.y - 100 });
  }, [marks]);
  const markOf = node => !marks ? '' : marks.found.has(node.id) ? ' is-found' : marks.near.has(node.id) ? '' : ' is-dim';
  const edgeMark = edge => !marks || marks.found.has(edge.from) || marks.found.has(edge.to) ? '' : ' is-dim';
  return html`${marks && html`<p role="status" class="muted">${amount(marks.found.size, 'match')}</p>`}
    <div class="graph" ref=${place} tabindex="0" role="region" aria-label="Graph of exchanges and queues"><svg width=${drawn.width} height=${drawn.height}
      style=${{ minWidth: `${drawn.width * SMALLEST}px` }} viewBox=${`0 0 ${drawn.width} ${drawn.height}`}>
      ${drawn.edges.map(edge => html`<${Edge} key=${`${edge.from}\n${edge.to}\n${edge.kind}`} of=${edge} mark=${edgeMark(edge)} />`)}
      ${drawn.nodes.map(node => html`<${Node} key=${node.id} of=${{ ...node, messages_ready: now.get(node.id)?.messages_ready ?? node.messages_ready,
        in_rate: now.get(node.id)?.in_rate }} vhost=${vhost} mark=${markOf(node)} />`)}
    </svg></div>
    <${Kinds} edges=${drawn.edges} />
    ${of.hidden > 0 && html`<p class="muted">${count(of.hidden)} more are in groups, or not drawn.</p>`}
    <${AsList} graph=${drawn} vhost=${vhost} />`;
}
