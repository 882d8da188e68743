// Publishes log lines to a fanout exchange: every subscriber gets each of them. (promise API)
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url, exchange, positionals } = readArguments({ exchange: { type: 'string', default: 'logs' } });

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, 'fanout', { durable: false });

  for (const line of positionals.length > 0 ? positionals : ['info: Hello World!']) {
    channel.publish(exchange, '', Buffer.from(line));
    console.log(` [x] Sent '${line}'`);
  }

  await channel.close();
  await connection.close();
}

main();
