// Charts over time: a heading with the values, the drawing, and a table that says the same.
import { html, useState } from '../vendor/preact.js';
import { short, clock, count, moment } from '../core/format.js';
import { Plot, hovered, nearest } from './plot.js';

/** Rows of the table. */
const MOST = 100;

/** The chart in one sentence, for those who do not see it. */
function sentence(title, series, format) {
  const parts = series.filter(one => one.values.length > 1).map(one => {
    const known = one.values.filter(value => value !== null);
    return `${one.label} from ${format(known[0] ?? 0)} to ${format(known.at(-1) ?? 0)}, at most ${format(Math.max(0, ...known))}`;
  });
  return `${title}: ${parts.length > 0 ? parts.join('; ') : 'no samples yet'}.`;
}

/** The sample under the pointer, or the last one. */
const shownIndex = times => hovered.value === null || times.length === 0 ? times.length - 1 : nearest(times, hovered.value);

/** The time of the values in the legend. */
const ShownTime = ({ times }) => times.length > 0 && html`<span class="legend">${clock(times[shownIndex(times)])}</span>`;

/** The names of the lines, with their values under the pointer or now. A component of its own: only it and the cursor follow the pointer. */
function Legend({ times, series, format }) {
  const index = shownIndex(times);
  return html`<div class="legend is-below">${series.map(one => html`<span key=${one.label}><i
    class=${`c${one.color}${one.isDashed ? ' is-dashed' : ''}`}></i>${one.label} <b>${
    index >= 0 && one.values.length > 0 ? format(one.values[index] ?? 0) : '–'}</b></span>`)}</div>`;
}

/**
 * @param {object} props
 * @param {string} props.title
 * @param {number[]} props.times  Milliseconds since 1970, ascending.
 * @param {{label: string, color: number, isDashed?: boolean, values: (number|null)[]}[]} props.series
 * @param {(value: number) => string=} props.format
 * @param {number=} props.range  Length of the axis in seconds.
 * @param {{at: number, text: string}[]=} props.marks  Moments that are marked on the axis.
 * @param {string=} props.note
 */
export function Chart({ title, times, series, format = short, range = 0, marks = [], note }) {
  const [isTable, setTable] = useState(false);
  const shownMarks = marks.filter(mark => mark.at >= Math.max(times[0] ?? 0, (times.at(-1) ?? 0) - range * 1000) && mark.at <= (times.at(-1) ?? 0));
  const begins = times.length > 1 && range > 0 && times.at(-1) - times[0] < range * 900;
  const latest = shownMarks.at(-1);
  return html`<section class="card"><header><h2>${title}</h2><${Legend} times=${times} series=${series} format=${format} /><span class="space"></span>
    <${ShownTime} times=${times} /><button type="button" class="link-button" aria-pressed=${isTable}
      onClick=${() => setTable(!isTable)}>${isTable ? 'Chart' : 'Table'}</button></header>
    ${isTable
      ? html`<div class="chart is-table" tabindex="0" role="region" aria-label=${`${title}, values`}><${Values} title=${title} times=${times}
        series=${series} /></div>`
      : html`<${Plot} label=${sentence(title, series, format)} times=${times} series=${series} format=${format} range=${range} marks=${shownMarks} />`}
    ${latest && html`<p class="muted mark-note"
      title=${shownMarks.map(mark => `${clock(mark.at)} ${mark.text}`).join('\n')}>${clock(latest.at)} ${latest.text}${
      shownMarks.length > 1 ? `, and ${shownMarks.length - 1} before` : ''}</p>`}
    ${(note || begins || times.length === 0) && html`<p class="muted">${note
      ?? (begins ? `Samples begin at ${clock(times[0])}.` : 'No samples yet.')}</p>`}
  </section>`;
}

const Values = ({ title, times, series }) => html`<table class="plain-table"><caption class="visually-hidden">${title}</caption>
  <thead><tr><th>Time</th>${series.map(one => html`<th key=${one.label}>${one.label}</th>`)}</tr></thead>
  <tbody>${times.map((time, i) => html`<tr key=${time}><td>${moment(time)}</td>${series.map(one =>
    html`<td>${count(one.values[i])}</td>`)}</tr>`).slice(-MOST).reverse()}</tbody></table>`;
