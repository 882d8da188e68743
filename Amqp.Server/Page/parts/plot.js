// Lines over time as SVG. Colours come from the style sheet, so a change of the theme needs no new drawing.
import { html, signal, useEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { clock, short } from '../core/format.js';

const HEIGHT = 168;
/** Least end of an axis of counts: between 0 and 1 there is no half message. */
const LEAST_COUNT = 4;
const MARGIN = { top: 8, right: 12, bottom: 24, left: 56 };
const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;
const timeSteps = [5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR];

/** The time under the pointer, shared by all charts of the page; null if there is none. */
export const hovered = signal(null);

/** Numbers from 0 to at least the highest value: 1, 2 or 5 times a power of ten apart. */
export function valueTicks(highest, most = 4) {
  const rough = Math.max(highest, 1e-9) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find(factor => factor * power >= rough) ?? 10);
  const ticks = [];
  for (let i = 0; i * step < highest + step * 0.999 && i <= most + 1; i++)
    ticks.push(i * step);
  return ticks;
}

/** Round times between two moments, in the reader's zone. */
export function timeTicks(from, to, most) {
  const step = timeSteps.find(one => (to - from) / one <= most) ?? 12 * HOUR;
  const zone = new Date(from).getTimezoneOffset() * MINUTE;
  const ticks = [];
  for (let time = Math.ceil((from - zone) / step) * step + zone; time <= to; time += step)
    ticks.push(time);
  return { ticks, step };
}

/** Index of the sample nearest to a time; times ascend. */
export function nearest(times, time) {
  let [low, high] = [0, times.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time)
      low = middle;
    else
      high = middle;
  }
  return high >= 0 && Math.abs(times[high] - time) < Math.abs((times[low] ?? Infinity) - time) ? high : low;
}

function pathOf(times, values, x, y) {
  let path = '';
  let isDown = false;
  for (let i = 0; i < times.length; i++) {
    if (values[i] === null || values[i] === undefined) {
      isDown = false;
      continue;
    }
    path += `${isDown ? 'L' : 'M'}${x(times[i]).toFixed(1)} ${y(values[i]).toFixed(1)}`;
    isDown = true;
  }
  return path;
}

function useWidth(place) {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** Draws lines, axes and marks. See parts/chart.js for the properties. */
export function Plot({ label, times, series, format, range, marks = [] }) {
  const place = useRef(null);
  const width = useWidth(place);
  const last = times.at(-1) ?? 0;
  const first = range > 0 ? Math.max(times[0] ?? 0, last - range * 1000) : times[0] ?? 0;
  const drawing = useMemo(() => {
    const right = width - MARGIN.right, bottom = HEIGHT - MARGIN.bottom;
    const highest = Math.max(0, ...series.flatMap(one => one.values.filter((value, i) => value !== null && times[i] >= first)));
    const values = valueTicks(format === short ? Math.max(highest, LEAST_COUNT) : highest || 1);
    const top = Math.max(values.at(-1), highest);
    const x = time => MARGIN.left + (time - first) / Math.max(1, last - first) * (right - MARGIN.left);
    const y = value => bottom - value / top * (bottom - MARGIN.top);
    const from = times.findIndex(time => time >= first);
    const shown = times.slice(Math.max(0, from));
    const time = timeTicks(first, last, Math.max(2, Math.floor((right - MARGIN.left) / 84)));
    return { right, bottom, values, x, y, shown, time, paths: series.map(one => pathOf(shown, one.values.slice(Math.max(0, from)), x, y)) };
  }, [times, series, width, first, last]);
  const { right, bottom, x, y } = drawing;
  const onPointerMove = event => {
    const left = event.currentTarget.getBoundingClientRect().left;
    const share = (event.clientX - left - MARGIN.left) / Math.max(1, right - MARGIN.left);
    hovered.value = share >= 0 && share <= 1 ? first + share * (last - first) : null;
  };
  const at = hovered.value;
  const cursor = at !== null && at >= first && at <= last && times.length > 0 ? x(times[nearest(times, at)]) : null;
  return html`<div class="chart" ref=${place}>${width > 0 && html`<svg width=${width} height=${HEIGHT} role="img" aria-label=${label}
    onPointerMove=${onPointerMove} onPointerLeave=${() => {
      hovered.value = null;
    }}>
    ${drawing.values.map(value => html`<g key=${value}><line class="rule" x1=${MARGIN.left} x2=${right} y1=${y(value)} y2=${y(value)} />
      <text x=${MARGIN.left - 8} y=${y(value) + 4} text-anchor="end">${format(value)}</text></g>`)}
    ${times.length > 1 && drawing.time.ticks.map(time => x(time) > MARGIN.left + 12 && x(time) < right - 16 && html`<text key=${time} x=${x(time)}
      y=${bottom + 18} text-anchor="middle">${
      clock(time, drawing.time.step < MINUTE)}</text>`)}
    ${marks.map(mark => html`<line class="mark" x1=${x(mark.at)} x2=${x(mark.at)} y1=${MARGIN.top} y2=${bottom}><title>${mark.text}</title></line>`)}
    ${drawing.paths.map((path, i) => html`<path key=${series[i].label} class=${`c${series[i].color}${series[i].isDashed ? ' is-dashed' : ''}`} d=${path} />`)}
    ${cursor !== null && html`<line class="cursor" x1=${cursor} x2=${cursor} y1=${MARGIN.top} y2=${bottom} />`}
  </svg>`}</div>`;
}
