// Requests to the HTTP API. The login is a cookie that scripts cannot read.
import { useEffect, useState, useCallback, useRef } from '../vendor/preact.js';
import { prefix } from './router.js';

/** An error reply of the API, or a failure to reach it (status 0). */
export class ApiError extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }

  /** What the user can do about the error. */
  get advice() {
    if (this.status === 0)
      return 'The broker does not answer. The page tries again by itself.';
    if (this.status === 401)
      return 'The login, a tag or a permission is missing. An administrator can grant it on the page Permissions.';
    if (this.status === 404)
      return 'It does not exist, or does not exist any more.';
    if (this.status === 503)
      return 'The broker cannot do this now. The page Overview says what is wrong.';
    return '';
  }
}

/** Called when a reply says that the session has ended. Set by core/session.js. */
export const hooks = { onSessionEnd: () => {} };

/** Joins parts to a path of the API; each part is percent-encoded once. */
export const apiPath = (...parts) => `/api${parts.map(part => `/${encodeURIComponent(part)}`).join('')}`;

/** Sends a request. Returns the decoded JSON, or null for a reply without a body. */
export async function send(method, path, body, options = {}) {
  const headers = { 'X-Requested-With': 'amqpbroker', Accept: 'application/json' };
  // Values of headers are bytes: those of UTF-8, which is what the broker reads.
  for (const [name, value] of Object.entries(options.headers ?? {}))
    headers[name] = String.fromCharCode(...new TextEncoder().encode(value));
  if (body !== undefined)
    headers['Content-Type'] = 'application/json';
  let reply;
  try {
    reply = await fetch(prefix + path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: options.signal, cache: 'no-cache',
    });
  } catch (error) {
    if (error.name === 'AbortError')
      throw error;
    throw new ApiError(0, 'The connection to the broker failed.');
  }
  const text = await reply.text();
  let content = null;
  try {
    content = text.length > 0 ? JSON.parse(text) : null;
  } catch {
    content = null; // not of the API, such as the error page of a proxy
  }
  if (reply.ok)
    return content;
  const reason = [content?.reason ?? content?.error ?? `HTTP status ${reply.status}`].flat().join(' ').trim();
  if (reply.status === 401 && !path.startsWith('/api/session'))
    hooks.onSessionEnd();
  throw new ApiError(reply.status, reason);
}

export const get = (path, options) => send('GET', path, undefined, options);

/** Makes all parts of the page in view read their data again, after a change. */
export const refresh = () => document.dispatchEvent(new CustomEvent('page-refresh'));

/**
 * Reads a resource for a component, and again every few seconds while the page is visible. The old data stays while new data loads.
 * Returns `{ data, error, reload }`; data is undefined before the first answer.
 */
export function useGet(path, { every = 0 } = {}) {
  const [state, setState] = useState({ path, data: undefined, error: null });
  const current = useRef(path);
  current.current = path;
  const reload = useCallback(async () => {
    if (!path)
      return;
    try {
      const data = await get(path);
      if (current.current === path)
        setState({ path, data, error: null });
    } catch (error) {
      if (current.current === path && error.name !== 'AbortError')
        setState(old => ({ path, data: old.path === path ? old.data : undefined, error }));
    }
  }, [path]);
  useEffect(() => {
    reload();
    document.addEventListener('page-refresh', reload);
    const timer = every > 0 ? setInterval(() => {
      if (document.visibilityState === 'visible')
        reload();
    }, every) : 0;
    return () => {
      document.removeEventListener('page-refresh', reload);
      clearInterval(timer);
    };
  }, [reload, every]);
  return { data: state.path === path ? state.data : undefined, error: state.path === path ? state.error : null, reload };
}
