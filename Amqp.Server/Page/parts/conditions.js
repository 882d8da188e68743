// Conditions on messages, as the jobs of the broker read them: FIELD=TEXT, FIELD~REGEX, != and !~ for the opposite. The page applies them too.
import { isWhole, textOf } from './payload.js';

const properties = ['content_type', 'content_encoding', 'correlation_id', 'reply_to', 'message_id', 'type', 'user_id', 'app_id'];

/** Fields for completion. */
export const conditionFields = ['key', 'exchange', 'body', 'header.', ...properties];

const isField = name => name === 'key' || name === 'exchange' || name === 'body' || name.startsWith('header.') || properties.includes(name);

/**
 * Reads what a user typed to find messages: conditions, and other words as text of the body. A quoted part may contain blanks.
 * A name that is no field is a header: x-team=eu means header.x-team=eu.
 * @returns {{ conditions: string[], text: string }} `text` is the longest plain word, which the broker can look for.
 */
export function parseFind(typed) {
  const words = [...typed.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(match => match[0].replaceAll('"', ''));
  const conditions = [];
  let text = '';
  for (const word of words.filter(Boolean)) {
    const [, field, operator, pattern] = /^([A-Za-z_][^\s=~!]*)(!?[=~])(.*)$/s.exec(word) ?? [];
    if (field) {
      conditions.push(`${isField(field) ? field : `header.${field}`}${operator}${pattern}`);
      const plain = field === 'body' && operator === '=' ? pattern.split('*').reduce((one, other) => other.length > one.length ? other : one, '') : '';
      text = plain.length > text.length ? plain : text;
    } else {
      conditions.push(`body=*${word}*`);
      const plain = word.split('*').reduce((one, other) => other.length > one.length ? other : one, '');
      text = plain.length > text.length ? plain : text;
    }
  }
  return { conditions, text };
}

function fieldOf(message, name) {
  if (name === 'key')
    return message.routing_key;
  if (name === 'exchange')
    return message.exchange;
  if (name.startsWith('header.')) {
    const value = message.properties?.headers?.[name.slice(7)];
    return value === undefined ? undefined : value === null ? '' : String(value);
  }
  return message.properties?.[name];
}

const wildcard = pattern => new RegExp(`^${pattern.split('*').map(part => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('[^]*')}$`);

/** Returns what is wrong with a condition, or ''. */
export function conditionFault(condition) {
  const [, field, , operator, pattern] = /^([^=~]*?)(!?)([=~])(.*)$/s.exec(condition) ?? [];
  if (!field)
    return `${condition}: expected FIELD=TEXT, FIELD!=TEXT, FIELD~REGEX or FIELD!~REGEX.`;
  if (!isField(field))
    return `${field} is no field: there are ${conditionFields.join(', ')}.`;
  try {
    if (operator === '~')
      RegExp(pattern);
    return '';
  } catch {
    return `${pattern} is not a regular expression.`;
  }
}

/** Returns a function that tells whether a message satisfies all conditions. A body that is cut is left to the broker's search. */
export function matcher(conditions) {
  const tests = conditions.map(condition => {
    const [, field, not, operator, pattern] = /^([^=~]*?)(!?)([=~])(.*)$/s.exec(condition);
    const expression = operator === '~' ? new RegExp(pattern) : wildcard(pattern);
    return message => {
      if (field === 'body')
        return isWhole(message) ? expression.test(textOf(message)) !== (not !== '') : true;
      const value = fieldOf(message, field);
      return (value !== undefined && expression.test(value)) !== (not !== '');
    };
  });
  return message => tests.every(test => test(message));
}

/** The condition that selects messages by their message ids; null if one has none, or if several have the same. */
export function idCondition(messages) {
  const ids = messages.map(message => message.properties?.message_id);
  if (ids.some(id => !id) || new Set(ids).size < ids.length)
    return null;
  return ids.length === 1 && !ids[0].includes('*') ? `message_id=${ids[0]}`
    : `message_id~^(${ids.map(id => id.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('|')})$`;
}
