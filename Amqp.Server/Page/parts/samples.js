// Samples of the HTTP API as series of charts, and the range that all charts of the page share.
import { html } from '../vendor/preact.js';
import { settings, changeSettings } from '../core/settings.js';

/** The ranges: seconds, and the seconds between two points. */
export const ranges = [
  { id: '1m', seconds: 60, step: 5 }, { id: '10m', seconds: 600, step: 5 }, { id: '1h', seconds: 3600, step: 60 },
  { id: '8h', seconds: 28800, step: 300 }, { id: '1d', seconds: 86400, step: 300 },
];

/** The chosen range. */
export const range = () => ranges.find(one => one.id === settings.value.range) ?? ranges[1];

/** Chooses the next longer (1) or shorter (-1) range. */
export function changeRange(by) {
  const next = ranges[ranges.indexOf(range()) + by];
  if (next)
    changeSettings({ range: next.id });
}

/** Buttons that choose the range. */
export const Ranges = () => html`<div class="ranges" role="group" aria-label="Range of the charts">${ranges.map(one =>
  html`<button type="button" key=${one.id} aria-pressed=${one.id === range().id}
    onClick=${() => changeSettings({ range: one.id })}>${one.id}</button>`)}</div>`;

const PHONE = matchMedia('(max-width: 760px)');

/** Charts that a phone shows only on demand, as they take more than its screen. */
export const Foldable = ({ children }) => html`<details class="foldable" open=${!PHONE.matches}><summary>Charts</summary><${Ranges} />${children}</details>`;

/** The query by which the API adds samples of the chosen range. */
export function sampleQuery(kinds = ['lengths', 'msg_rates']) {
  const { seconds, step } = range();
  return kinds.map(kind => `${kind}_age=${seconds}&${kind}_incr=${step}`).join('&');
}

/** The samples of a field such as `publish_details`, oldest first. */
const samplesOf = details => [...details?.samples ?? []].sort((one, other) => one.timestamp - other.timestamp);

/** A chart of counts: `{ times, series }` for lines `{ label, color, details }`. */
export function depths(lines) {
  const times = samplesOf(lines.find(line => line.details?.samples)?.details).map(sample => sample.timestamp);
  return { times, series: lines.map(({ details, ...line }) => ({ ...line, values: fit(times, samplesOf(details).map(one => one.sample)) })) };
}

/** A chart of rates: the growth per second between two samples of a counter. */
export function growths(lines) {
  const all = lines.map(line => samplesOf(line.details));
  const longest = all.reduce((one, other) => other.length > one.length ? other : one, []);
  const times = longest.slice(1).map(sample => sample.timestamp);
  return {
    times,
    series: lines.map(({ details, ...line }, i) => ({
      ...line,
      values: fit(times, all[i].slice(1).map((one, j) =>
        Math.max(0, (one.sample - all[i][j].sample) * 1000 / Math.max(1, one.timestamp - all[i][j].timestamp)))),
    })),
  };
}

/** Values for all times: a counter that began later was zero before. */
const fit = (times, values) => values.length >= times.length ? values.slice(-times.length) : [...Array(times.length - values.length).fill(0), ...values];
