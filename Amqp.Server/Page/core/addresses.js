// Turns the addresses of RabbitMQ's page, such as #/queues/%2F/name, into ours: runbooks and bookmarks contain them.

const same = ['queues', 'exchanges', 'connections', 'channels', 'users', 'vhosts', 'policies'];
const moved = {
  'operator_policies': ['policies'],
  'limits': ['vhosts'],
  'feature-flags': ['node'],
  'deprecated-features': ['node'],
  'cluster-name': ['node'],
  'nodes': ['node'],
  'traces': ['trace'],
  'top': ['node'],
  'process': ['node'],
  'trace-files': ['trace'],
  'ets': ['node'],
  'shovels': ['shovels'],
  'dynamic-shovels': ['shovels'],
  'federation': ['federation'],
  'federation-upstreams': ['federation'],
  'streams': ['queues'],
  'import-succeeded': ['definitions'],
  'login': [],
  'logout': [],
};

/** Returns `{ parts, query }` of our page for a hash of RabbitMQ's page, or null if the hash is none. */
export function fromHash(hash) {
  if (!hash.startsWith('#/'))
    return null;
  const parts = hash.slice(2).split('?')[0].split('/').filter(part => part.length > 0).map(part => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  const [page, ...rest] = parts;
  if (page === undefined)
    return { parts: [] };
  if (page === 'stream' && rest[0] === 'connections')
    return { parts: ['connections'] };
  if (same.includes(page))
    return { parts: [page, ...rest] };
  return { parts: moved[page] ?? [] };
}
