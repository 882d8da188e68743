// Answers --count requests for Fibonacci numbers, each to its reply queue with its correlation id. (promise API)
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url, queue, count } = readArguments({
  queue: { type: 'string', default: 'rpc_queue' },
  count: { type: 'string', default: '1' },
});

function fib(n) {
  let [a, b] = [0, 1];
  for (let i = 0; i < n; i++) [a, b] = [b, a + b];
  return a;
}

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  await channel.assertQueue(queue, { durable: false });
  await channel.prefetch(1);

  let answered = 0;
  await channel.consume(queue, async (message) => {
    const n = Number(message.content);
    const { replyTo, correlationId } = message.properties;
    console.log(` [.] fib(${n})`);
    channel.sendToQueue(replyTo, Buffer.from(String(fib(n))), { correlationId });
    channel.ack(message);
    if (++answered === Number(count)) {
      await channel.close();
      await connection.close();
    }
  });
  console.log(' [*] Awaiting RPC requests');
}

main();
