// The calls that tutorials show first, one step for each run. (callback API)
//
// send     declare a queue that is not durable, send one message, and stay connected until the program is killed
// receive  declare the same queue, consume --count messages without acknowledgements
const amqp = require('amqplib/callback_api');
const { readArguments, fail } = require('./broker');

const { url, queue, count, positionals: [step] } = readArguments({
  queue: { type: 'string', default: 'hello' },
  count: { type: 'string', default: '1' },
});

amqp.connect(url, (error, connection) => {
  if (error) fail(error);
  connection.createChannel((error, channel) => {
    if (error) fail(error);
    channel.assertQueue(queue, { durable: false });
    if (step === 'send') {
      channel.sendToQueue(queue, Buffer.from('Hello World!'));
      console.log(" [x] Sent 'Hello World!'");
      return;
    }

    let received = 0;
    channel.consume(queue, (message) => {
      console.log(` [x] Received '${message.content}'`);
      if (++received === Number(count)) connection.close();
    }, { noAck: true });
    console.log(` [*] Waiting for messages in ${queue}`);
  });
});
