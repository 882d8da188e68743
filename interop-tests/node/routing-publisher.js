// Publishes one message for each routing key given, to a direct or a topic exchange. (promise API)
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url, exchange, type, positionals: keys } = readArguments({
  exchange: { type: 'string', default: 'routed_logs' },
  type: { type: 'string', default: 'direct' },
});

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, type, { durable: false });

  for (const key of keys) {
    channel.publish(exchange, key, Buffer.from(`a message for ${key}`));
    console.log(` [x] Sent ${key}: 'a message for ${key}'`);
  }

  await channel.close();
  await connection.close();
}

main();
