// Receives --count messages from a queue, then exits. (callback API)
const amqp = require('amqplib/callback_api');
const { readArguments, fail } = require('./broker');

const { url, queue, count } = readArguments({
  queue: { type: 'string', default: 'hello' },
  count: { type: 'string', default: '1' },
});

amqp.connect(url, (error, connection) => {
  if (error) fail(error);
  connection.createChannel((error, channel) => {
    if (error) fail(error);
    let received = 0;
    channel.assertQueue(queue, { durable: false });
    channel.consume(queue, (message) => {
      console.log(` [x] Received '${message.content}'`);
      if (++received === Number(count)) connection.close();
    }, { noAck: true }, (error) => {
      if (error) fail(error);
      console.log(` [*] Waiting for ${count} messages in ${queue}`);
    });
  });
});
