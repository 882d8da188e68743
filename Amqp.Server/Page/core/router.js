// Addresses of the page: paths of the History API below the path prefix. The state of a list is the query.
import { signal, computed } from '../vendor/preact.js';
import { fromHash } from './addresses.js';

/** Part of the path before the page's own paths: "" or "/prefix". */
export const prefix = document.querySelector('meta[name=prefix]')?.content ?? '';

function read() {
  const path = location.pathname.startsWith(prefix) ? location.pathname.slice(prefix.length) : location.pathname;
  return { path: path || '/', query: location.search };
}

/** The current address: `{ path, query }`. */
export const address = signal(read());

/** The decoded parts of the path: `/queues/%2F/a` is `['queues', '/', 'a']`. */
export const segments = computed(() => address.value.path.split('/').filter(part => part.length > 0).map(decode));

/** The query as URLSearchParams. */
export const query = computed(() => new URLSearchParams(address.value.query));

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a pasted address with a single % in it
  }
}

/** Returns the address of a page. Each part is one segment of the path; the query may contain empty values, which are left out. */
export function to(parts, query) {
  const path = parts.map(part => `/${encodeURIComponent(part)}`).join('') || '/';
  const search = new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value !== '' && value !== null && value !== undefined));
  return `${prefix}${path}${search.size > 0 ? `?${search}` : ''}`;
}

/** Opens an address of the page. */
export function open(href, { replace = false } = {}) {
  if (replace)
    history.replaceState(null, '', href);
  else
    history.pushState(null, '', href);
  address.value = read();
  if (!replace)
    scrollTo(0, 0);
}

/** Changes the query of the current page, without a new entry of the history. */
export function setQuery(changes) {
  const next = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) {
    if (value === '' || value === null || value === undefined)
      next.delete(key);
    else
      next.set(key, value);
  }
  history.replaceState(null, '', `${location.pathname}${next.size > 0 ? `?${next}` : ''}`);
  address.value = read();
}

/** Starts to follow the browser's history, links and RabbitMQ's addresses. */
export function startRouter() {
  const old = fromHash(location.hash);
  if (old)
    history.replaceState(null, '', to(old.parts, old.query));
  address.value = read();
  addEventListener('popstate', () => {
    const hash = fromHash(location.hash);
    if (hash)
      history.replaceState(null, '', to(hash.parts, hash.query));
    address.value = read();
  });
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    const target = new URL(link.href, location.href);
    if (target.origin !== location.origin || link.target || link.hasAttribute('download')
        || !target.pathname.startsWith(`${prefix}/`) || target.pathname.startsWith(`${prefix}/api/`))
      return;
    if (target.hash && target.pathname === location.pathname)
      return;
    event.preventDefault();
    open(target.pathname + target.search);
  });
}
