// Actions on the node: its name, its limits, its log, maintenance.
import { html } from '../../vendor/preact.js';
import { define } from '../../core/actions.js';
import { apiPath } from '../../core/api.js';
import { isAdministrator } from '../../core/session.js';
import { bytes, amount } from '../../core/format.js';

const onlyAdministrator = () => isAdministrator() ? '' : null;
const size = { help: 'Bytes, or a number with a unit such as 2GB. Holds until the broker stops; the configuration file makes it last.', required: true };

define({
  id: 'cluster.rename',
  label: 'Rename cluster…',
  allowed: onlyAdministrator,
  dialog: of => ({ title: 'Rename cluster', fields: [{ name: 'name', label: 'Name', required: true, value: of.cluster_name,
    help: 'Sent to every client that connects.' }], button: 'Rename' }),
  request: (_, values) => ({ method: 'PUT', path: '/api/cluster-name', body: { name: values.name } }),
  command: (_, values) => ['ctl', 'set_cluster_name', values.name],
  done: (_, values) => ({ text: `The cluster is named ${values.name}.` }),
});

define({
  id: 'node.memory',
  label: 'Memory limit…',
  allowed: onlyAdministrator,
  dialog: of => ({
    title: 'Memory limit',
      text: html`<p>Publishers are blocked while the broker uses more memory than this. Now: ${bytes(of.mem_used)} of ${bytes(of.mem_limit)}.</p>`,
    fields: [{ name: 'absolute', label: 'Limit', value: String(of.mem_limit), ...size }], button: 'Set memory limit',
  }),
  request: (_, values) => ({ method: 'PUT', path: apiPath('settings', 'memory-high-watermark'), body: { absolute: values.absolute } }),
  command: (_, values) => ['ctl', 'set_vm_memory_high_watermark', 'absolute', values.absolute],
  done: () => ({ text: 'The memory limit was set.' }),
});

define({
  id: 'node.disk',
  label: 'Disk limit…',
  allowed: onlyAdministrator,
  dialog: of => ({
    title: 'Disk limit', text: html`<p>Publishers are blocked while less disk space than this is free. Now free: ${bytes(of.disk_free)}.</p>`,
    fields: [{ name: 'absolute', label: 'Limit', value: String(of.disk_free_limit), ...size }], button: 'Set disk limit',
  }),
  request: (_, values) => ({ method: 'PUT', path: apiPath('settings', 'disk-free-limit'), body: { absolute: values.absolute } }),
  command: (_, values) => ['ctl', 'set_disk_free_limit', values.absolute],
  done: () => ({ text: 'The disk limit was set.' }),
});

define({
  id: 'node.loglevel',
  label: 'Log levels…',
  allowed: onlyAdministrator,
  dialog: of => ({
    title: 'Log level',
    fields: [
      { name: 'category', label: 'Category', type: 'select', options: [{ value: '', label: 'all' },
        ...Object.keys(of.levels ?? {}).filter(name => name !== 'default')] },
      { name: 'level', label: 'Level', type: 'select', options: ['debug', 'info', 'warning', 'error', 'critical', 'none'],
        value: of.levels?.default ?? 'info' },
    ],
    button: 'Set level',
  }),
  request: (_, values) => ({ method: 'PUT', path: values.category ? apiPath('log-levels', values.category) : '/api/log-levels',
    body: { level: values.level } }),
  command: (_, values) => values.category ? undefined : ['ctl', 'set_log_level', values.level],
  done: () => ({ text: 'The log level was set.' }),
});

define({
  id: 'node.maintenance',
  label: 'Maintenance mode…',
  danger: true,
  allowed: onlyAdministrator,
  dialog: of => of.being_drained
    ? { title: 'End maintenance mode', text: html`<p>New connections are accepted again.</p>`, button: 'End maintenance mode' }
    : { title: 'Start maintenance mode',
      text: html`<p>${amount(of.connections ?? 0, 'connection')} will be closed, and new ones are refused until the mode ends or the broker restarts. Messages stay.</p>`,
        confirmName: of.name, button: 'Start maintenance mode' },
  request: of => ({ method: 'PUT', path: apiPath('settings', 'maintenance'), body: { enabled: !of.being_drained } }),
  command: of => ['ctl', of.being_drained ? 'revive' : 'drain'],
  done: of => ({ text: of.being_drained ? 'Maintenance mode has ended.' : 'Maintenance mode has started.' }),
});

define({
  id: 'statistics.reset',
  label: 'Reset statistics…',
  danger: true,
  allowed: onlyAdministrator,
  dialog: () => ({ title: 'Reset statistics',
    text: html`<p>All samples are deleted: charts begin anew. Counters keep their values, and messages are not affected.</p>`, button: 'Reset statistics' }),
  request: () => ({ method: 'DELETE', path: '/api/reset' }),
  done: () => ({ text: 'The statistics were reset.' }),
});
