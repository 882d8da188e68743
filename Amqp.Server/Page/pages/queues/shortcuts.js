// The arguments of queues that the broker knows, with their help, for forms. See docs/compatibility.md.

/** Those of deduplication, which exchanges have too. */
export const deduplicationArguments = [
  { key: 'x-message-deduplication', label: 'Deduplication', type: 'boolean', value: 'true',
    help: 'Drops repeats: messages whose header x-deduplication-header has a key that was seen before.' },
  { key: 'x-cache-size', label: 'Deduplication window', type: 'number', example: '100000',
    help: 'Number of keys that deduplication keeps, also of consumed messages.' },
  { key: 'x-cache-ttl', label: 'Deduplication time', type: 'number', example: '3600000', help: 'Milliseconds for which deduplication keeps a key.' },
  { key: 'x-cache-persistence', label: 'Deduplication storage', type: 'string', value: 'disk',
    help: 'memory or disk. Durable ones use disk if nothing else is said.' },
  { key: 'x-deduplication-header', label: 'Deduplication header', type: 'string', value: 'message-id',
    help: 'Header with the key of a message; message-id stands for the property of this name.' },
];

/** Shortcuts of a field of type pairs. */
export const queueArguments = [
  { key: 'x-message-ttl', label: 'Message TTL', type: 'number', example: '60000',
    help: 'Milliseconds after which a message of the queue expires. It is then dropped or dead-lettered.' },
  { key: 'x-expires', label: 'Auto expire', type: 'number', example: '1800000',
    help: 'Milliseconds without a consumer, a get or a declaration after which the queue is deleted.' },
  { key: 'x-max-length', label: 'Max length', type: 'number', example: '100000',
    help: 'Largest number of ready messages. The overflow behaviour says what happens to more.' },
  { key: 'x-max-length-bytes', label: 'Max length bytes', type: 'number', example: '100000000',
    help: 'Largest number of bytes of all bodies of ready messages.' },
  { key: 'x-overflow', label: 'Overflow behaviour', type: 'string', value: 'reject-publish',
    help: 'At the maximum length: drop-head drops the oldest message; reject-publish refuses new ones; reject-publish-dlx also dead-letters them.' },
  { key: 'x-dead-letter-exchange', label: 'Dead-letter exchange', type: 'string', example: 'exchange',
    help: 'Exchange that receives messages that expire, are rejected, are dropped or exceed the delivery limit.' },
  { key: 'x-dead-letter-routing-key', label: 'Dead-letter routing key', type: 'string', example: 'key',
    help: 'Routing key of dead letters. Without it, each message keeps its own key.' },
  { key: 'x-single-active-consumer', label: 'Single active consumer', type: 'boolean', value: 'true',
    help: 'Only one consumer gets messages at a time. Another one takes over when it ends.' },
  { key: 'x-max-priority', label: 'Maximum priority', type: 'number', example: '10',
    help: 'Number of priorities, 1 to 255. Messages of a higher priority are delivered first.' },
  { key: 'x-delivery-limit', label: 'Delivery limit', type: 'number', example: '20',
    help: 'How often a message may be returned before it is dropped or dead-lettered. -1 means no limit.' },
  { key: 'x-consumer-timeout', label: 'Consumer timeout', type: 'number', example: '1800000',
    help: 'Milliseconds within which a consumer must acknowledge. Then its channel is closed.' },
  ...deduplicationArguments,
  { key: 'x-queue-mode', label: 'Lazy mode', type: 'string', value: 'lazy', help: 'Accepted without effect: this broker pages messages out by itself.' },
  { key: 'x-dead-letter-strategy', label: 'Dead-letter strategy', type: 'string', value: 'at-least-once',
    help: 'Accepted without effect: a dead letter is stored in its new queue before it leaves the old one.' },
];
