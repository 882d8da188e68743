// Sends messages of many sizes, and a message with every property and header type. Each must be delivered unchanged. (promise API)
const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url } = readArguments();

/** A header of a type that JavaScript does not have. amqplib accepts and returns it in this form. */
const typed = (type, value) => ({ '!': type, value });

const headers = {
  text: 'grüße, 世界',
  empty: '',
  bytes: Buffer.from([0, 1, 254, 255]),
  true: true,
  false: false,
  byte: -7,
  short: 300,
  int: 70000,
  long: 2 ** 40,
  double: 2.5,
  float: typed('float', 0.5),
  'typed long': typed('long', 5),
  'unsigned byte': typed('unsignedbyte', 200),
  'unsigned short': typed('unsignedshort', 60000),
  'unsigned int': typed('unsignedint', 4000000000),
  decimal: typed('decimal', { digits: 314, places: 2 }),
  timestamp: typed('timestamp', 1700000000),
  nothing: null,
  table: { inner: { deep: 'yes' }, list: [1, 2] },
  array: [1, 'two', null, { three: 3 }, [4]],
  'no table': {},
  'no array': [],
};

/** Headers that amqplib returns in another form: numbers lose their width. */
const numbersAsRead = { float: 0.5, 'typed long': 5, 'unsigned byte': 200, 'unsigned short': 60000, 'unsigned int': 4000000000 };

const properties = {
  contentType: 'application/json',
  contentEncoding: 'gzip',
  deliveryMode: 2,
  priority: 7,
  correlationId: 'correlation',
  replyTo: 'reply.queue',
  expiration: '60000',
  messageId: 'message-1',
  timestamp: 1700000000,
  type: 'order.created',
  userId: new URL(url).username || 'guest',
  appId: 'interop',
};

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  const waiting = []; // functions that receive the next messages, in order
  await channel.consume(queue, (message) => waiting.shift()(message), { noAck: true });

  async function roundTrip(body, options) {
    const message = await new Promise((resolve) => {
      waiting.push(resolve);
      channel.sendToQueue(queue, body, options);
    });
    assert(message.content.equals(body), `${body.length} bytes went, others came back`);
    return message.properties;
  }

  // A body frame holds frame-max less 8 bytes; 131072 is the default frame-max.
  for (const size of [0, 1, 4088, 131063, 131064, 131065, 262128, 1024 * 1024, 5_000_000]) {
    await roundTrip(randomBytes(size));
    console.log(` [x] ${size} bytes came back`);
  }

  const received = await roundTrip(Buffer.from('{}'), { ...properties, headers });
  for (const [name, value] of Object.entries(properties)) {
    assert.deepEqual(received[name], value, `property ${name}`);
    console.log(` [x] property ${name} came back`);
  }
  for (const [name, value] of Object.entries({ ...headers, ...numbersAsRead })) {
    assert.deepEqual(received.headers[name], value, `header ${name}`);
    console.log(` [x] header ${name} came back`);
  }

  const { headers: none, ...others } = await roundTrip(Buffer.from('bare'));
  assert.deepEqual(none ?? {}, {});
  assert(Object.values(others).every((value) => value === undefined), 'properties appeared');
  console.log(' [x] no properties came back');
  await connection.close();
}

main();
