// Sends --count messages to a queue through the default exchange. (callback API)
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
    channel.assertQueue(queue, { durable: false });
    for (let number = 1; number <= Number(count); number++) {
      channel.sendToQueue(queue, Buffer.from(`Hello World! ${number}`));
      console.log(` [x] Sent 'Hello World! ${number}'`);
    }
    channel.close(() => connection.close());
  });
});
