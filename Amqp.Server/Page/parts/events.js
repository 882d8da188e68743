// Events of the broker in words.
const nameOf = facts => facts.name ?? facts.queue ?? facts.username ?? facts.user ?? '';

/** One line for an event such as `queue.created`. */
export function eventText({ name, facts = {}, user }) {
  if (name === 'api.changed')
    return `${facts.method} ${facts.path} by ${user}`;
  const [object, verb] = name.split('.');
  const what = nameOf(facts);
  const where = facts.vhost && object !== 'vhost' && facts.vhost !== '/' ? ` in ${facts.vhost}` : '';
  const by = user && user !== 'rmq-internal' ? ` by ${user}` : '';
  return `${object.replaceAll('_', ' ')} ${(verb ?? '').replaceAll('_', ' ')} ${what}${where}${by}`;
}

const pageOf = { queue: 'queue', exchange: 'exchange', connection: 'connection', channel: 'channel', policy: 'policy', vhost: 'vhost', user: 'user' };

/** The object of an event, as problems name theirs, if it has a page. */
export function eventObject({ name, facts = {} }) {
  const object = pageOf[name.split('.')[0]];
  return object && nameOf(facts) ? { object, vhost: facts.vhost, name: nameOf(facts) } : null;
}
