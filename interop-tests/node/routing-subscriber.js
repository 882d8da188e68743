// Receives --count messages whose routing keys match one of the binding keys given. (promise API)
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url, exchange, type, count, positionals: keys } = readArguments({
  exchange: { type: 'string', default: 'routed_logs' },
  type: { type: 'string', default: 'direct' },
  count: { type: 'string', default: '1' },
});

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, type, { durable: false });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  for (const key of keys) await channel.bindQueue(queue, exchange, key);

  let received = 0;
  await channel.consume(queue, (message) => {
    console.log(` [x] Received ${message.fields.routingKey}: '${message.content}'`);
    if (++received === Number(count)) connection.close();
  }, { noAck: true });
  console.log(` [*] Waiting for ${keys.join(' ')}`);
}

main();
