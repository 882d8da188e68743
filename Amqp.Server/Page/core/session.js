// The session of the user, and what it allows. The server decides; the page only leaves out or disables what it would refuse.
import { signal, computed } from '../vendor/preact.js';
import { send, get, hooks } from './api.js';

/** The session object of the API; undefined before the first answer; `user` is null without a login. */
export const session = signal(undefined);

/** Difference between the broker's clock and this one, in milliseconds. */
export const clockSkew = signal(0);

/** The reason why the last session ended; shown by the login page. */
export const endReason = signal('');

function accept(value) {
  session.value = value;
  if (value?.now)
    clockSkew.value = value.now - Date.now();
}

/** Asks who is logged in. If the session has ended since the last answer, the login says so. */
export async function readSession() {
  const now = await get('/api/session');
  if (session.value?.user && !now.user)
    endReason.value = 'The session has ended. Log in again.';
  accept(now);
}

export async function logIn(username, password) {
  accept(await send('POST', '/api/session', { username, password }));
  endReason.value = '';
}

export async function logOut() {
  await send('DELETE', '/api/session');
  endReason.value = '';
  accept({ ...session.value, user: null });
}

let isAsking = false;
hooks.onSessionEnd = async () => {
  if (isAsking || !session.value?.user)
    return;
  isAsking = true;
  try {
    await readSession();
  } catch {
    // The broker does not answer: the strip "Connection lost" says so.
  } finally {
    isAsking = false;
  }
};

/** The time of the broker now, in milliseconds since 1970. */
export const brokerNow = () => Date.now() + clockSkew.value;

const tags = computed(() => session.value?.tags ?? []);
export const isAdministrator = () => tags.value.includes('administrator');
export const isMonitoring = () => isAdministrator() || tags.value.includes('monitoring');
export const isPolicymaker = () => isAdministrator() || tags.value.includes('policymaker');

/** Names of the virtual hosts that the user sees. */
export const virtualHosts = computed(() => session.value?.vhosts ?? []);

/** True if the user has any permission in a virtual host. */
export const hasAccess = vhost => session.value?.permissions?.[vhost] !== undefined;

function matches(expression, name) {
  try {
    return new RegExp(expression === '' ? '^$' : expression).test(name);
  } catch {
    return true; // an expression that only the broker understands: the broker decides
  }
}

/**
 * Returns '' if the user has a permission, and otherwise the reason why an action is disabled.
 * @param {'configure'|'write'|'read'} kind
 */
export function lacks(kind, vhost, name) {
  const permission = session.value?.permissions?.[vhost];
  return permission && matches(permission[kind], name) ? '' : `needs ${kind} on ${name || 'amq.default'}`;
}
