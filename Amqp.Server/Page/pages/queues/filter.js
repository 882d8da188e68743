// The fields that choose messages of a queue for a job: conditions and a limit.
import { inHost, option } from '../../core/commands.js';
import { conditionFault } from '../../parts/conditions.js';

/** The conditions of the field, one a line. */
export const linesOf = text => text.split('\n').map(line => line.trim()).filter(Boolean);

export const filterField = of => ({
  name: 'filter', label: 'Only messages that match all conditions', type: 'area', rows: 2, value: (of.filter ?? []).join('\n'),
  placeholder: 'header.x-team=eu', check: text => linesOf(text).map(conditionFault).find(Boolean) ?? '',
  help: 'One a line: FIELD=TEXT (* stands for any characters), FIELD~REGEX, or != and !~. '
    + 'Fields: key, exchange, body, header.NAME, message_id, type and other properties.',
});

export const limitField = of => ({
  name: 'limit', label: 'At most', type: 'number', value: of.limit ? String(of.limit) : '', help: 'Number of messages, the oldest first. Empty: all.',
});

/** The same as options of the command line. */
export const filterWords = (of, values) =>
  [...linesOf(values.filter).flatMap(one => ['--filter', one]), ...option('--limit', values.limit), ...inHost(of.vhost)];
