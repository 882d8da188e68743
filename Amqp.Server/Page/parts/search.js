// Search and commands: pages, actions of the object in view, and queues, exchanges and connections by name.
import { html, signal, useEffect, useMemo, useState } from '../vendor/preact.js';
import { open, to } from '../core/router.js';
import { get } from '../core/api.js';
import { find, run, inView } from '../core/actions.js';
import { switchTheme } from '../core/settings.js';
import { pages } from '../pages/index.js';
import { Dialog } from './dialog.js';
import { Name } from './names.js';

/** True while the search is open. */
export const isSearching = signal(false);

const close = () => {
  isSearching.value = false;
};

const fits = (text, words) => words.every(word => text.toLowerCase().includes(word));

async function searchObjects(text) {
  const asked = `limit=8&q=${encodeURIComponent(text.trim().split(/\s+/).map(word => word.includes(':') ? `"${word}"` : word).join(' '))}`;
  const [queues, exchanges, connections] = await Promise.all(['queues', 'exchanges', 'connections'].map(kind =>
    get(`/api/${kind}?${asked}`).then(answer => answer.items, () => [])));
  return [
    ...queues.map(one => ({ label: one.name, kind: `queue in ${one.vhost}`, href: to(['queues', one.vhost, one.name]) })),
    ...exchanges.map(one => ({ label: one.name || '(default)', kind: `exchange in ${one.vhost}`,
      href: to(['exchanges', one.vhost, one.name || 'amq.default']) })),
    ...connections.map(one => ({ label: one.client_name || one.name, kind: `connection of ${one.user}`, href: to(['connections', one.name]) })),
  ];
}

export function Search() {
  const [text, setText] = useState('');
  const [objects, setObjects] = useState([]);
  const [active, setActive] = useState(0);
  useEffect(() => {
    if (text.trim() === '') {
      setObjects([]);
      return undefined;
    }
    let isOld = false;
    const timer = setTimeout(async () => {
      const found = await searchObjects(text);
      if (!isOld)
        setObjects(found);
    }, 60);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [text]);
  const known = useMemo(() => {
    const view = inView.value;
    const actions = (view?.ids ?? []).map(id => ({ id, action: find(id) })).filter(({ action }) => action.allowed(view.of) === '')
      .map(({ id, action }) => ({ label: action.label, kind: view.label, act: () => run(id, view.of) }));
    const places = pages.filter(page => page.isAllowed?.() ?? true).map(page => ({ label: page.label, kind: 'page', href: to(page.path) }));
    return [...actions, ...places, { label: 'Light or dark theme', kind: 'view', act: switchTheme }];
  }, []);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const results = [...known.filter(one => fits(one.label, words)).slice(0, words.length > 0 ? 6 : 40), ...objects];
  const current = Math.min(active, Math.max(0, results.length - 1));
  const choose = result => {
    close();
    if (result?.href)
      open(result.href);
    else
      result?.act?.();
  };
  const onKeyDown = event => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const next = (current + (event.key === 'ArrowDown' ? 1 : -1) + results.length) % Math.max(1, results.length);
      setActive(next);
      document.getElementById(`found-${next}`)?.scrollIntoView({ block: 'nearest' });
      event.preventDefault();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(results[current]);
    }
  };
  return html`<${Dialog} title="Search" header=${false} className="search-dialog" onClose=${close}><div class="dialog-body">
    <input class="input" type="search" role="combobox" aria-expanded="true" aria-controls="search-results" aria-label="Search objects, pages and actions"
      aria-activedescendant=${results.length > 0 ? `found-${current}` : undefined} placeholder="Queues, exchanges, connections, pages, actions" data-focus
      autocomplete="off" spellcheck="false" value=${text} onInput=${event => {
        setText(event.target.value);
        setActive(0);
      }} onKeyDown=${onKeyDown} />
    <ul class="search-results" id="search-results" role="listbox" aria-label="Results">${results.map((result, i) => html`<li key=${i}
      id=${`found-${i}`} role="option"
      aria-selected=${i === current ? 'true' : 'false'} onPointerMove=${() => setActive(i)} onClick=${() => choose(result)}><${Name}
        of=${result.label} /><small>${result.kind}</small></li>`)}
      ${results.length === 0 && html`<li role="option" aria-selected="false" aria-disabled="true">Nothing matches.</li>`}</ul>
  </div><//>`;
}
