// Addresses of the page: paths of the History API below the path prefix. The state of a list is the query.
import { signal, computed } from '../vendor/preact.js';
import { fromHash } from './addresses.js';

/** Part of the path before the page's own paths: "" or "/prefix". */
export const prefix = document.querySelector('meta[name=prefix]')?.content ?? '';

/** How long the query rests before the browser learns of it. */
const REST = 200;
let restTimer = 0;

function read() {
  const path = location.pathname.startsWith(prefix) ? location.pathname.slice(prefix.length) : location.pathname;
  return { path: path || '/', query: location.search };
}

/** The current address: `{ path, query }`. */
export const address = signal(read());

/** The path alone: what depends on it is not drawn again with each letter of a filter, which changes the query. */
export const path = computed(() => address.value.path);

/** The decoded parts of the path: `/queues/%2F/a` is `['queues', '/', 'a']`. */
export const segments = computed(() => path.value.split('/').filter(part => part.length > 0).map(decode));

/** The query as URLSearchParams. */
export const query = computed(() => new URLSearchParams(address.value.query));

/** The virtual host that the query restricts the page to; '' means all. */
export const chosenHost = computed(() => query.value.get('vhost') ?? '');

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
  writeQuery();
  if (replace)
    history.replaceState(null, '', href);
  else
    history.pushState(null, '', href);
  address.value = read();
  if (!replace)
    scrollTo(0, 0);
}

/**
 * Changes the query of the current page, without a new entry of the history. The browser learns of it once the query rests: to change its
 * address takes it as long as the rows of a filter do, because it reads the icon of the page again, and it limits how often that is done.
 */
export function setQuery(changes) {
  const next = new URLSearchParams(address.value.query);
  for (const [key, value] of Object.entries(changes)) {
    if (value === '' || value === null || value === undefined)
      next.delete(key);
    else
      next.set(key, value);
  }
  address.value = { path: address.value.path, query: next.size > 0 ? `?${next}` : '' };
  clearTimeout(restTimer);
  restTimer = setTimeout(writeQuery, REST);
}

function writeQuery() {
  clearTimeout(restTimer);
  if (location.search !== address.value.query)
    history.replaceState(null, '', `${location.pathname}${address.value.query}`);
}

/** Starts to follow the browser's history, links and RabbitMQ's addresses. */
export function startRouter() {
  const old = fromHash(location.hash);
  if (old)
    history.replaceState(null, '', to(old.parts, old.query));
  address.value = read();
  addEventListener('popstate', () => {
    clearTimeout(restTimer);
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
