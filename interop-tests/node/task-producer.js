// Sends --count persistent tasks to a durable queue, then --quit messages that each make one worker exit. (callback API)
const amqp = require('amqplib/callback_api');
const { readArguments, fail } = require('./broker');

const { url, queue, count, quit } = readArguments({
  queue: { type: 'string', default: 'task_queue' },
  count: { type: 'string', default: '1' },
  quit: { type: 'string', default: '0' },
});

amqp.connect(url, (error, connection) => {
  if (error) fail(error);
  connection.createChannel((error, channel) => {
    if (error) fail(error);
    channel.assertQueue(queue, { durable: true });

    const tasks = Array.from({ length: Number(count) }, (_, index) => `task ${index + 1}`)
      .concat(Array(Number(quit)).fill('quit'));
    for (const task of tasks) {
      channel.sendToQueue(queue, Buffer.from(task), { persistent: true });
      console.log(` [x] Sent '${task}'`);
    }
    channel.close(() => connection.close());
  });
});
