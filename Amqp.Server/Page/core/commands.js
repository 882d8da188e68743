// The command lines that do the same as a form: with curl, and with amqpbroker.
import { prefix } from './router.js';
import { session } from './session.js';

const plain = /^[A-Za-z0-9_./:@%+=,-]+$/;

/** Quotes a word for a POSIX shell. */
export const quote = word => plain.test(word) ? word : `'${String(word).replaceAll("'", `'\\''`)}'`;

/** The curl command of a request. curl asks for the password, and reads the body from the file if the request names one. */
export function curlOf({ method, path, body, file, headers = {} }) {
  const words = ['curl', '-u', session.value?.user ?? 'guest'];
  if (method !== 'GET')
    words.push('-X', method);
  for (const [name, value] of Object.entries(headers))
    words.push('-H', `${name}: ${value}`);
  if (body !== undefined)
    words.push('-H', 'Content-Type: application/json', '-d', file ? `@${file}` : JSON.stringify(body));
  words.push(`${location.origin}${prefix}${path}`);
  return words.map(quote).join(' ');
}

/**
 * The amqpbroker command of an action. Undefined and empty words are left out; the address and the user are added.
 * @param {(string|undefined|null|false)[]} words
 */
export function commandOf(words) {
  const all = ['amqpbroker', ...words.filter(word => word !== undefined && word !== null && word !== false)];
  all.push('--url', `${location.origin}${prefix}`, '--user', session.value?.user ?? 'guest');
  return all.map(word => quote(String(word))).join(' ');
}

/** Words of an option that may be left out. */
export const option = (name, value) => value === undefined || value === null || value === '' ? [] : [name, String(value)];

/** The option of a virtual host; the default one is left out. */
export const inHost = vhost => vhost === '/' ? [] : ['--vhost', vhost];
