// Requests Fibonacci numbers from a server, all at once, and matches the replies by correlation id. (promise API)
const { randomUUID } = require('node:crypto');
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url, queue, positionals } = readArguments({
  queue: { type: 'string', default: 'rpc_queue' },
});

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  await channel.assertQueue(queue, { durable: false });
  const { queue: replyTo } = await channel.assertQueue('', { exclusive: true });

  const pending = new Map(); // by correlation id: a function that receives the reply
  await channel.consume(replyTo, (message) => {
    const { correlationId } = message.properties;
    pending.get(correlationId)(Number(message.content));
    pending.delete(correlationId);
  }, { noAck: true });

  const numbers = positionals.length > 0 ? positionals.map(Number) : [30];
  const replies = await Promise.all(numbers.map((number) => new Promise((resolve) => {
    const correlationId = randomUUID();
    pending.set(correlationId, resolve);
    console.log(` [x] Requesting fib(${number})`);
    channel.sendToQueue(queue, Buffer.from(String(number)), { replyTo, correlationId });
  })));

  numbers.forEach((number, index) => console.log(` [.] Got fib(${number}) = ${replies[index]}`));
  await connection.close();
}

main();
