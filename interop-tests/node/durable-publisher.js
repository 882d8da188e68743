// Publishes --count messages to a durable queue through a durable exchange, each confirmed. (promise API)
// Afterwards restart the broker, and run durable-consumer.
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url, name, count, transient } = readArguments({
  name: { type: 'string', default: 'ledger' }, // of the exchange, the queue and the binding
  count: { type: 'string', default: '10' },
  transient: { type: 'boolean', default: false }, // publish messages that need not survive
});

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange(name, 'direct', { durable: true });
  await channel.assertQueue(name, { durable: true });
  await channel.bindQueue(name, name, name);

  for (let number = 1; number <= Number(count); number++) {
    channel.publish(name, name, Buffer.from(`entry ${number}`), { persistent: !transient });
  }
  await channel.waitForConfirms();
  console.log(` [x] Confirmed ${count} messages`);
  await connection.close();
}

main();
