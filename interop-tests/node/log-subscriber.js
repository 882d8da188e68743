// Receives --count log lines from a fanout exchange, in an exclusive queue that the broker names. (promise API)
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url, exchange, count } = readArguments({
  exchange: { type: 'string', default: 'logs' },
  count: { type: 'string', default: '1' },
});

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, 'fanout', { durable: false });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, '');

  let received = 0;
  await channel.consume(queue, (message) => {
    console.log(` [x] Received '${message.content}'`);
    if (++received === Number(count)) connection.close();
  }, { noAck: true });
  console.log(` [*] Waiting for logs in ${queue}`);
}

main();
