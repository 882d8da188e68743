// Export of a list as a file of comma-separated values.
import { get } from '../core/api.js';

const PAGE = 500;

/** Spreadsheets run text that begins so as a formula: an apostrophe makes it text. */
const formula = /^[=+\-@\t\r]/;

function cell(value) {
  const text = value === null || value === undefined ? '' : Array.isArray(value) ? value.join(' ') : String(value);
  const safe = typeof value !== 'number' && formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Offers text to the browser as a file. */
export function saveFile(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** Saves all rows that match a filter, with the given columns. */
export async function exportCsv(kind, query, columns) {
  const fields = ['vhost', ...columns.map(column => column.id).filter(id => id !== 'vhost' && id !== 'trend')];
  const lines = [fields.join(',')];
  let answer;
  do {
    const offset = lines.length - 1;
    const asked = new URLSearchParams(Object.entries({ ...query, offset, limit: PAGE }).filter(([, value]) => value !== ''));
    answer = await get(`/api/${kind}?${asked}`);
    lines.push(...answer.items.map(row => fields.map(field => cell(row[field])).join(',')));
  } while (answer.items.length > 0 && lines.length - 1 < answer.filtered_count);
  saveFile(`${kind}.csv`, 'text/csv', `${lines.join('\r\n')}\r\n`);
}
