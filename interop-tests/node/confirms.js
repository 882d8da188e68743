// Publishes with confirms. The broker acknowledges each message, and before that returns a
// mandatory message that no queue receives. (promise API)
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url, count } = readArguments({ count: { type: 'string', default: '100' } });

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });

  for (let number = 1; number <= Number(count); number++) {
    channel.sendToQueue(queue, Buffer.from(`message ${number}`), { mandatory: true });
  }
  await channel.waitForConfirms();
  console.log(` [x] Confirmed ${count} messages`);

  const { messageCount } = await channel.checkQueue(queue);
  console.log(` [x] The queue holds ${messageCount} messages`);

  let returned = null;
  channel.once('return', (message) => { returned = message; });
  channel.sendToQueue(`${queue}-none`, Buffer.from('lost'), { mandatory: true });
  await channel.waitForConfirms(); // the return comes before the ack
  if (!returned) throw new Error('a mandatory message without a queue was not returned');
  console.log(` [x] Returned '${returned.content}': ${returned.fields.replyCode} ${returned.fields.replyText}`);

  channel.sendToQueue(`${queue}-none`, Buffer.from('lost'));
  await channel.waitForConfirms();
  console.log(' [x] Confirmed a message that is not mandatory and has no queue');

  await connection.close();
}

main();
