// The log of the broker, live.
import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from '../../vendor/preact.js';
import { get } from '../../core/api.js';
import { query, setQuery } from '../../core/router.js';
import { useTopic } from '../../core/live.js';
import { useKeys } from '../../core/keys.js';
import { clock, utc, moment, amount } from '../../core/format.js';
import { PageHead } from '../../parts/page.js';
import { Fault, Busy } from '../../parts/states.js';

/** Lines that the page keeps; the broker keeps as many. */
const KEPT = 2000;
const levels = ['debug', 'info', 'warning', 'error'];
const rank = level => Math.max(0, levels.findIndex(one => level?.startsWith(one.slice(0, 4))));

export function Log() {
  const level = query.value.get('level') ?? '';
  const category = query.value.get('category') ?? '';
  const text = query.value.get('q') ?? '';
  const [lines, setLines] = useState(null);
  const [error, setError] = useState(null);
  const [isFollowing, setFollowing] = useState(true);
  const place = useRef(null);
  const input = useRef(null);

  const add = useCallback(items => setLines(old => {
    const last = old?.at(-1)?.seq ?? -1;
    return [...old ?? [], ...items.filter(item => item.seq > last)].slice(-KEPT);
  }), []);
  useTopic('log', add);
  const load = useCallback(() => get(`/api/log?limit=${KEPT}`).then(answer => {
    setError(null);
    setLines(answer.items);
  }, setError), []);
  useEffect(() => {
    load();
    document.addEventListener('page-refresh', load);
    return () => document.removeEventListener('page-refresh', load);
  }, [load]);
  useKeys({ f: () => void input.current?.focus() });

  const wanted = text.toLowerCase();
  const shown = (lines ?? []).filter(line => (!level || rank(line.level) >= rank(level)) && (!category || line.category === category)
    && (!wanted || line.text.toLowerCase().includes(wanted)));
  const categories = [...new Set((lines ?? []).map(line => line.category))].sort();
  useLayoutEffect(() => {
    if (isFollowing && place.current)
      place.current.scrollTop = place.current.scrollHeight;
  }, [shown.length, isFollowing, lines === null]);
  const onScroll = ({ target }) => setFollowing(target.scrollTop + target.clientHeight >= target.scrollHeight - 24);

  return html`<${PageHead} title="Log" actions=${html`<button type="button" class="button" aria-pressed=${isFollowing}
    onClick=${() => setFollowing(!isFollowing)}>
      ${isFollowing ? 'Following' : 'Follow'}</button>`} />
    <div class="list-bar">
      <input ref=${input} class="input filter" type="search" data-filter aria-label="Filter the log" placeholder="Filter by text" value=${text}
        onInput=${event => setQuery({ q: event.target.value })} />
      <select class="select" aria-label="Level" value=${level} onChange=${event => setQuery({ level: event.target.value })}>
        <option value="">All levels</option>${levels.slice(1).map(one => html`<option key=${one} value=${one}>${one} and worse</option>`)}</select>
      <select class="select" aria-label="Category" value=${category} onChange=${event => setQuery({ category: event.target.value })}>
        <option value="">All categories</option>${categories.map(one => html`<option key=${one} value=${one}>${one}</option>`)}</select>
      <span class="count" role="status">${lines && `${amount(shown.length, 'line')}${shown.length < lines.length ? ` of ${lines.length}` : ''}`}</span>
    </div>
    ${error && html`<${Fault} error=${error} retry=${load} />`}
    ${!lines && !error && html`<${Busy} />`}
    ${lines && shown.length === 0 ? html`<div class="empty"><span>No line matches.</span>
        <button type="button" class="button" onClick=${() => setQuery({ q: '', level: '', category: '' })}>Clear filter</button></div>`
      : html`<ol class="log-lines" ref=${place} tabindex="0" aria-label="Lines of the log" onScroll=${onScroll}>${shown.map(line => html`<li key=${line.seq}
          class=${rank(line.level) === 3 ? 'is-error' : rank(line.level) === 2 ? 'is-warning' : ''}><time
            title=${`${moment(line.time)} (${utc(line.time)})`}>${clock(line.time)}</time>
          <span>${line.level}</span><span class="muted">${line.category}</span><span><bdi>${line.text}</bdi></span></li>`)}</ol>`}`;
}
