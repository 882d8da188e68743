// Numbers, sizes, times and ages, in the reader's language and time zone.
const language = navigator.language || 'en';
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
const dateTime = new Intl.DateTimeFormat(language, {
  year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit',
});
const timeOnly = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const withFraction = new Intl.DateTimeFormat(language, {
  hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3,
});
const minuteOnly = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });

/** Stands for a value that is not known. */
export const NONE = '–';

const isNumber = value => typeof value === 'number' && Number.isFinite(value);

/** 12,301 */
export const count = value => isNumber(value) ? whole.format(value) : NONE;

/** 12.3K: for figures with little room. */
export const short = value => !isNumber(value) ? NONE : Math.abs(value) < 10_000 ? fine.format(value) : compact.format(value);

/** A rate without its unit: 0.4, 12, 25,312. */
export const rate = value => !isNumber(value) ? NONE : Math.abs(value) < 10 ? fine.format(value) : whole.format(value);

/** 1.2 MB, in powers of 1,000 as RabbitMQ shows them. */
export function bytes(value) {
  if (!isNumber(value))
    return NONE;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (Math.abs(value) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? whole.format(value) : fine.format(value)} ${units[unit]}`;
}

/** 2m 10s, 3h 4m, 12d 3h: two units at most. */
export function duration(milliseconds) {
  if (!isNumber(milliseconds))
    return NONE;
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60)
    return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return `${minutes}m ${seconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24)
    return `${hours}h ${minutes % 60}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** A time as milliseconds since 1970, or as RabbitMQ's text `2026-11-29 10:00:00` in UTC. */
export function toMilliseconds(time) {
  if (isNumber(time))
    return time;
  if (typeof time !== 'string' || time.length === 0)
    return null;
  const text = /^\d{4}-\d\d-\d\d \d/.test(time) ? `${time.trim().replace(' ', 'T')}${/[Z+]/.test(time) ? '' : 'Z'}` : time;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? null : parsed;
}

/** Date and time in the reader's zone. */
export const moment = time => toMilliseconds(time) === null ? NONE : dateTime.format(toMilliseconds(time));

/** Time of day in the reader's zone. */
export const clock = (time, isExact = true) => toMilliseconds(time) === null ? NONE : (isExact ? timeOnly : minuteOnly).format(toMilliseconds(time));

/** Time of day with milliseconds, for what follows fast. */
export const exactClock = time => toMilliseconds(time) === null ? NONE : withFraction.format(toMilliseconds(time));

/** The same moment in UTC, for a title. */
export const utc = time => toMilliseconds(time) === null ? '' : `${new Date(toMilliseconds(time)).toISOString().replace('T', ' ').replace('Z', '')} UTC`;

const NOUNS = { entry: 'entries', match: 'matches', policy: 'policies' };

/** `1 message`, `12,301 messages`. */
export const amount = (value, noun) => `${count(value)} ${value === 1 ? noun : NOUNS[noun] ?? `${noun}s`}`;

/**
 * Splits a name into parts of plain text and of symbols for white space and control characters that would not be seen:
 * outer blanks, line breaks, tabs, marks that change the direction of text.
 */
export function visible(name) {
  const parts = [];
  let plain = '';
  const text = String(name ?? '');
  const first = text.length - text.trimStart().length;
  const last = text.trimEnd().length;
  let index = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0);
    const isOuter = (index < first || index >= last) && /\s/u.test(letter);
    const symbol = isOuter && letter === ' ' ? '␣' : symbolOf(letter, code);
    if (symbol === null) {
      plain += letter;
    } else {
      if (plain)
        parts.push({ text: plain, isSymbol: false });
      plain = '';
      parts.push({ text: symbol, isSymbol: true });
    }
    index += letter.length;
  }
  if (plain)
    parts.push({ text: plain, isSymbol: false });
  return parts;
}

function symbolOf(letter, code) {
  if (code < 0x20)
    return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f)
    return '␡';
  if (code >= 0x80 && code < 0xa0 || /[\p{Cf}\p{Zl}\p{Zp}]/u.test(letter) && !isJoiner(code))
    return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return null;
}

/** Joins emoji and letters of some scripts; needed to show them as their writers do. */
const isJoiner = code => code === 0x200d || code === 0x200c;
