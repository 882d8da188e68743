// Consumes the messages that durable-publisher left in its queue, and checks that exchange and binding exist too. (promise API)
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url, name } = readArguments({
  name: { type: 'string', default: 'ledger' }, // of the exchange, the queue and the binding
});

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();

  // Checked, not asserted: an assert would create exchange and queue if the broker had lost them.
  await channel.checkExchange(name);
  const { messageCount } = await channel.checkQueue(name);
  console.log(` [x] The queue holds ${messageCount} messages`);

  channel.publish(name, name, Buffer.from('through the binding'));
  await channel.waitForConfirms();
  await channel.consume(name, async (message) => {
    console.log(` [x] Received '${message.content}'`);
    channel.ack(message);
    if (message.content.toString() === 'through the binding') {
      await channel.close();
      await connection.close();
    }
  });
}

main();
