// The keys of policies with their help, for the form and the page of a policy. See docs/compatibility.md.

/** `isOperator`: operator policies may have the key too. */
export const keys = [
  { key: 'message-ttl', label: 'Message TTL', type: 'number', example: '60000', isOperator: true,
    help: 'Milliseconds after which a message expires. It is dropped or dead-lettered.' },
  { key: 'expires', label: 'Auto expire', type: 'number', example: '1800000', isOperator: true,
    help: 'Milliseconds without use after which a queue is deleted.' },
  { key: 'max-length', label: 'Max length', type: 'number', example: '100000', isOperator: true, help: 'Largest number of ready messages of a queue.' },
  { key: 'max-length-bytes', label: 'Max length bytes', type: 'number', example: '100000000', isOperator: true,
    help: 'Largest number of bytes of the ready messages of a queue.' },
  { key: 'overflow', label: 'Overflow behaviour', type: 'string', value: 'reject-publish', isOperator: true,
    help: 'At the maximum length: drop-head drops the oldest message, reject-publish refuses new ones, reject-publish-dlx also dead-letters them.' },
  { key: 'dead-letter-exchange', label: 'Dead-letter exchange', type: 'string', example: 'exchange',
    help: 'Receives messages that expire, are rejected or dropped, or exceed the delivery limit.' },
  { key: 'dead-letter-routing-key', label: 'Dead-letter routing key', type: 'string', example: 'key',
    help: 'Routing key of dead letters. Without it, each keeps its own.' },
  { key: 'delivery-limit', label: 'Delivery limit', type: 'number', example: '20', isOperator: true,
    help: 'How often a message may be returned before it is dropped or dead-lettered. For quorum queues.' },
  { key: 'consumer-timeout', label: 'Consumer timeout', type: 'number', example: '1800000',
    help: 'Milliseconds within which a consumer must acknowledge. Then its channel is closed.' },
  { key: 'dead-letter-strategy', label: 'Dead-letter strategy', type: 'string', value: 'at-least-once',
    help: 'at-most-once or at-least-once. For quorum queues.' },
  { key: 'alternate-exchange', label: 'Alternate exchange', type: 'string', example: 'exchange',
    help: 'For exchanges: receives messages that no binding takes.' },
  { key: 'federation-upstream', label: 'Federation upstream', type: 'string', example: 'upstream',
    help: 'Name of an upstream from which messages are fetched.' },
  { key: 'federation-upstream-set', label: 'Federation set', type: 'string', value: 'all', help: 'Name of a set of upstreams, or all.' },
  { key: 'federation-upstream-pattern', label: 'Federation pattern', type: 'string', example: '^eu-', help: 'Regular expression on names of upstreams.' },
  { key: 'x-message-deduplication', label: 'Deduplication', type: 'boolean', value: 'true',
    help: 'For queues: drops messages whose key the queue has seen before.' },
  { key: 'x-cache-size', label: 'Deduplication window', type: 'number', example: '100000', help: 'Number of keys that deduplication keeps.' },
  { key: 'x-cache-ttl', label: 'Deduplication time', type: 'number', example: '3600000', help: 'Milliseconds for which deduplication keeps a key.' },
];

export const helpOf = name => keys.find(one => one.key === name)?.help ?? '';
