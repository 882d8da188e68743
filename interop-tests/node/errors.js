// Makes common mistakes of clients, and prints the broker's reply to each: name, code, text. (promise API)
const amqp = require('amqplib');
const { readArguments } = require('./broker');

const { url, queue } = readArguments({
  queue: { type: 'string', default: 'mistakes' }, // a queue for this program alone; it is deleted
});

/** Returns code and text of the broker's reply; amqplib's message has the form `...: 404 (NOT-FOUND) with message "text"`. */
function answerIn(error) {
  const parts = /(\d+) \(.*\) with message "(.*)"/s.exec(error.message);
  return parts ? `${parts[1]} ${parts[2]}` : `closed: ${error.message}`;
}

/** Makes the mistake on a channel of its own; the connection must stay open. */
async function closesTheChannel(connection, name, mistake) {
  const channel = await connection.createChannel();
  const failed = new Promise((resolve) => { channel.once('error', resolve); });
  const closed = new Promise((resolve) => { channel.once('close', resolve); });
  await Promise.resolve(mistake(channel)).catch(() => {}); // a call with a reply rejects with the same error
  const error = await failed;
  await closed;
  console.log(` [x] ${name}: channel ${answerIn(error)}`);
}

/** Makes the mistake on a connection of its own, opened with these parameters. */
async function closesTheConnection(name, mistake, parameters = {}) {
  const { protocol, hostname, port, username, password } = new URL(url);
  let connection;
  try {
    connection = await amqp.connect({
      protocol: protocol.slice(0, -1),
      hostname,
      port: port || undefined,
      username: username || 'guest',
      password: password || 'guest',
      ...parameters,
    });
  } catch (error) {
    // amqplib reports every close before open-ok, except for a refused login, as "Expected ConnectionOpenOk".
    console.log(` [x] ${name}: connection ${answerIn(error)}`);
    return;
  }

  const failed = new Promise((resolve) => { connection.once('error', resolve); });
  const channel = await connection.createChannel();
  mistake(channel).catch(() => {});
  console.log(` [x] ${name}: connection ${answerIn(await failed)}`);
}

async function exclusiveElsewhere(channel) {
  const other = await amqp.connect(url);
  try {
    await (await other.createChannel()).assertQueue(`${queue}-exclusive`, { exclusive: true });
    await channel.checkQueue(`${queue}-exclusive`);
  } finally {
    await other.close();
  }
}

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  await channel.assertQueue(queue, { durable: false });

  const mistakes = {
    'no queue': (channel) => channel.checkQueue(`${queue}-none`),
    'no exchange': (channel) => channel.publish(`${queue}-none`, '', Buffer.from('lost')),
    'no queue to consume': (channel) => channel.consume(`${queue}-none`, () => {}),
    'redeclared': (channel) => channel.assertQueue(queue, { durable: true }),
    'redeclared with arguments': (channel) => channel.assertQueue(queue, { durable: false, messageTtl: 1000 }),
    'exclusive': exclusiveElsewhere,
    'unknown delivery tag': (channel) => channel.ack({ fields: { deliveryTag: 99 } }),
    'reserved name': (channel) => channel.assertQueue('amq.mine'),
    'default exchange': (channel) => channel.deleteExchange(''),
  };
  for (const [name, mistake] of Object.entries(mistakes)) await closesTheChannel(connection, name, mistake);

  await closesTheConnection('wrong password', null, { password: 'wrong' });
  await closesTheConnection('no virtual host', null, { vhost: 'none' });
  await closesTheConnection('unknown exchange type', (channel) => channel.assertExchange(`${queue}-x`, 'x-unheard-of'));

  await channel.deleteQueue(queue);
  await connection.close();
}

main();
