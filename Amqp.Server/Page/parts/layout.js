// Layered layout of a topology: messages flow from left to right, the order within a column is by barycentre. No drawing here.
export const WIDTH = 216;
const HEIGHT = 44;
const PORT = 17;
const GAP = 14;
/** Least and most room between two columns; the labels of the lines need it. */
const BETWEEN = { least: 112, most: 184 };
const LETTER = 7;
const ARROW = 44;
const MARGIN = 16;
const BEND = 8;
const SWEEPS = 6;

const byName = (one, other) => one.name.localeCompare(other.name, undefined, { numeric: true });

/** Neighbours of each node: `{ in: edges, out: edges }`. */
function connect(nodes, edges) {
  const links = new Map(nodes.map(node => [node.id, { in: [], out: [] }]));
  for (const edge of edges) {
    links.get(edge.from).out.push(edge);
    links.get(edge.to).in.push(edge);
  }
  return links;
}

/** The edges without those that close a circle, such as dead letters that return to their first exchange. */
function withoutCircles(nodes, links) {
  const state = new Map();
  const kept = new Set();
  const visit = start => {
    const stack = [{ id: start, next: 0 }];
    state.set(start, 1);
    while (stack.length > 0) {
      const top = stack.at(-1);
      const edge = links.get(top.id).out[top.next++];
      if (!edge) {
        state.set(top.id, 2);
        stack.pop();
      } else if (state.get(edge.to) !== 1) {
        kept.add(edge);
        if (!state.has(edge.to)) {
          state.set(edge.to, 1);
          stack.push({ id: edge.to, next: 0 });
        }
      }
    }
  };
  const isSource = node => !links.get(node.id).in.some(edge => edge.kind !== 'dead_letter');
  for (const node of [...nodes.filter(one => one.isRoot), ...nodes.filter(one => one.kind === 'exchange' && isSource(one)), ...nodes])
    if (!state.has(node.id))
      visit(node.id);
  return kept;
}

/** The column of each node: the longest way to it. Queues of one exchange share a column. */
function columnsOf(nodes, links, kept) {
  const least = new Map(nodes.map(node => [node.id, node.kind === 'exchange' || links.get(node.id).in.length === 0 ? 0 : 1]));
  const isQueue = new Map(nodes.map(node => [node.id, node.kind !== 'exchange']));
  let column = new Map();
  for (let round = 0; round < 3; round++) {
    column = new Map(least);
    for (let isChanged = true, n = 0; isChanged && n <= nodes.length; n++) {
      isChanged = false;
      for (const edge of kept)
        if (column.get(edge.to) < column.get(edge.from) + 1) {
          column.set(edge.to, column.get(edge.from) + 1);
          isChanged = true;
        }
    }
    for (const node of nodes) {
      const queues = links.get(node.id).out.filter(edge => edge.kind === 'binding' && kept.has(edge) && isQueue.get(edge.to));
      const last = Math.max(0, ...queues.map(edge => column.get(edge.to)));
      for (const { to } of queues)
        least.set(to, Math.max(least.get(to), last));
    }
  }
  // What nothing leads to stands next to what it leads to.
  for (const node of nodes) {
    const ends = links.get(node.id).out.filter(edge => kept.has(edge)).map(edge => column.get(edge.to));
    if (!node.isRoot && links.get(node.id).in.length === 0 && ends.length > 0)
      column.set(node.id, Math.max(0, Math.min(...ends) - 1));
  }
  return column;
}

/** Nodes without a box, where a line passes through a column: lines do not run below boxes. */
function bend(nodes, edges, column) {
  const bends = [];
  const parts = [];
  for (const edge of edges) {
    const [from, to] = [column.get(edge.from), column.get(edge.to)];
    let last = edge.from;
    for (let at = from + 1; at < to; at++) {
      const id = `bend:${bends.length}`;
      bends.push({ id, kind: 'bend', name: '', column: at });
      column.set(id, at);
      parts.push({ from: last, to: id, edge });
      last = id;
    }
    parts.push({ from: last, to: edge.to, edge });
  }
  return { bends, parts };
}

/** Orders the nodes of each column by the mean place of their neighbours. */
function order(columns, links) {
  const place = new Map();
  const number = () => columns.forEach(column => column.forEach((node, i) => place.set(node.id, (i + 0.5) / column.length)));
  const mean = (node, side) => {
    const ends = links.get(node.id)[side].map(edge => place.get(side === 'in' ? edge.from : edge.to));
    return ends.length === 0 ? place.get(node.id) : ends.reduce((sum, end) => sum + end, 0) / ends.length;
  };
  number();
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const side = sweep % 2 === 0 ? 'in' : 'out';
    for (const column of side === 'in' ? columns : [...columns].reverse()) {
      const means = new Map(column.map(node => [node.id, mean(node, side)]));
      column.sort((one, other) => means.get(one.id) - means.get(other.id) || byName(one, other));
      number();
    }
  }
}

/**
 * Places nodes `{ id, kind, name, isRoot }` and edges `{ from, to, kind }`; `letters` is the length of the longest label of an edge.
 * @returns {{ width: number, height: number, nodes: object[], edges: object[] }} nodes have `x`, `y`, `height`; edges have `path`, `tip` and `label`.
 */
export function layout({ nodes, edges, letters }) {
  const between = Math.min(BETWEEN.most, Math.max(BETWEEN.least, letters * LETTER + ARROW));
  const known = new Set(nodes.map(node => node.id));
  const all = edges.filter(edge => known.has(edge.from) && known.has(edge.to));
  const links = connect(nodes, all);
  const column = columnsOf(nodes, links, withoutCircles(nodes, links));
  const { bends, parts } = bend(nodes, all, column);
  const columns = [];
  for (const node of [...[...nodes].sort(byName), ...bends])
    (columns[column.get(node.id)] ??= []).push(node);
  const used = columns.filter(Boolean);
  const partLinks = connect([...nodes, ...bends], parts);
  order(used, partLinks);

  const heightOf = node => node.kind === 'bend' ? BEND : Math.max(HEIGHT, PORT * (links.get(node.id).in.length + 1));
  const heights = used.map(nodesOf => nodesOf.reduce((sum, node) => sum + heightOf(node) + GAP, -GAP));
  const height = Math.max(0, ...heights);
  const placed = new Map();
  used.forEach((nodesOf, c) => {
    let y = MARGIN + (height - heights[c]) / 2;
    for (const node of nodesOf) {
      placed.set(node.id, { ...node, column: c, x: MARGIN + c * (WIDTH + between), y, height: heightOf(node) });
      y += heightOf(node) + GAP;
    }
  });
  const middle = id => placed.get(id).y + placed.get(id).height / 2;
  const ports = new Map();
  for (const [id, { in: into, out }] of partLinks)
    for (const [side, list, other] of [['in', into, 'from'], ['out', out, 'to']])
      [...list].sort((one, next) => middle(one[other]) - middle(next[other])).forEach((part, i) => {
        const share = placed.get(id).height / (list.length + 1);
        ports.set(part, { ...ports.get(part), [side]: middle(id) + (i - (list.length - 1) / 2) * (side === 'in' ? share : Math.min(8, share)) });
      });
  const drawn = new Map(all.map(edge => [edge, { path: '' }]));
  for (const part of parts)
    draw(part, placed, ports.get(part), drawn.get(part.edge));
  const isAround = all.some(edge => placed.get(edge.from).column >= placed.get(edge.to).column);
  return {
    width: MARGIN * 2 + used.length * (WIDTH + between) - between + (isAround ? 60 : 0), height: height + MARGIN * 2,
    nodes: [...placed.values()].filter(node => node.kind !== 'bend'), edges: all.map(edge => ({ ...edge, ...drawn.get(edge) })),
  };
}

/** Adds one part to the line of an edge. A line that leads back ends on the right; one that stays in its column goes around. */
function draw({ from, to }, placed, { in: ty, out: sy }, line) {
  const [first, last] = [placed.get(from), placed.get(to)];
  const sx = first.x + WIDTH;
  if (first.kind === 'bend')
    line.path += `L${sx} ${sy}`;
  if (first.column < last.column) {
    const end = last.kind === 'bend' ? last.x : last.x - 6;
    const third = (last.x - sx) / 3;
    line.path += `${line.path ? '' : `M${sx} ${sy}`}C${sx + third} ${sy} ${last.x - 2 * third} ${ty} ${end} ${ty}`;
    if (last.kind !== 'bend') {
      line.tip = `M${last.x - 7} ${ty - 4}L${last.x} ${ty}L${last.x - 7} ${ty + 4}Z`;
      // On the side from which the line does not come.
      line.label = { x: last.x - 12, y: sy < ty - 4 ? ty + 14 : ty - 4 };
    }
    return;
  }
  const tx = last.x + WIDTH;
  line.path = first.column === last.column ? `M${sx} ${sy}C${sx + 70} ${sy} ${tx + 70} ${ty} ${tx + 6} ${ty}`
    : `M${first.x} ${sy}C${first.x - 60} ${sy} ${tx + 80} ${ty} ${tx + 6} ${ty}`;
  line.tip = `M${tx + 7} ${ty - 4}L${tx} ${ty}L${tx + 7} ${ty + 4}Z`;
}
