// Payloads of messages: bytes, text, JSON, hex, and values at a path.

/** The bytes of a message's payload. */
export function bytesOf({ payload, payload_encoding: encoding }) {
  if (encoding !== 'base64')
    return new TextEncoder().encode(payload ?? '');
  return Uint8Array.from(atob(payload ?? ''), letter => letter.charCodeAt(0));
}

/** True if the message shows its whole payload. */
export const isWhole = message => bytesOf(message).length >= message.payload_bytes;

/** True if the payload is text. */
export const isText = message => message.payload_encoding !== 'base64' || message.payload_bytes === 0;

/** The payload as text; octets that are no UTF-8 are replaced. */
export const textOf = message => isText(message) ? message.payload ?? '' : new TextDecoder().decode(bytesOf(message));

/** The payload as a JSON value; undefined if it is none, or not whole. */
export function jsonOf(message) {
  if (!isText(message) || !/^\s*[[{"]/.test(message.payload ?? ''))
    return undefined;
  try {
    return JSON.parse(message.payload);
  } catch {
    return undefined;
  }
}

/** Indented JSON. Numbers that JavaScript cannot hold are left as they are: the text is only split into lines. */
export function pretty(text) {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let [depth, isString, out] = [0, false, ''];
  const line = () => `\n${'  '.repeat(depth)}`;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (isString) {
      out += letter;
      if (letter === '\\')
        out += text[++i];
      else if (letter === '"')
        isString = false;
    } else if (letter === '"') {
      isString = true;
      out += letter;
    } else if (letter === '{' || letter === '[') {
      const close = /^\s*[}\]]/.exec(text.slice(i + 1, i + 100));
      if (close) {
        out += letter + close[0].trim();
        i += close[0].length;
      } else {
        depth++;
        out += letter + line();
      }
    } else if (letter === '}' || letter === ']') {
      depth--;
      out += line() + letter;
    } else if (letter === ',') {
      out += letter + line();
    } else if (letter === ':') {
      out += ': ';
    } else if (!/\s/.test(letter)) {
      out += letter;
    }
  }
  return out;
}

/** Lines of 16 bytes: offset, hex, ASCII. */
export function hex(bytes, most = 65536) {
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, most); at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const digits = row.map(byte => byte.toString(16).padStart(2, '0')).join(' ').padEnd(47);
    lines.push(`${at.toString(16).padStart(6, '0')}  ${digits}  ${row.map(byte => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.').join('')}`);
  }
  if (bytes.length > most)
    lines.push('…');
  return lines.join('\n');
}

/** The unpacked payload of a message with the content encoding gzip or deflate; null if it is none. */
export async function unpack(message) {
  const format = { gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate' }[message.properties?.content_encoding];
  if (!format)
    return null;
  try {
    return await new Response(new Blob([bytesOf(message)]).stream().pipeThrough(new DecompressionStream(format))).text();
  } catch {
    return null;
  }
}

/** The value of a message at a path such as `user.name`, `items[0].id` or `header.x-team`, as text. */
export function valueAt(message, path) {
  const [first, ...rest] = path.split('.');
  let value = first === 'header' && rest.length > 0 ? message.properties?.headers?.[rest.join('.')] : undefined;
  if (value === undefined) {
    value = jsonOf(message);
    for (const key of path.replace(/\[(\d+)\]/g, '.$1').split('.').filter(Boolean))
      value = value === null || typeof value !== 'object' ? undefined : value[key];
  }
  return value === undefined ? '' : value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value);
}
