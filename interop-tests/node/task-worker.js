// Does tasks and acknowledges each of them, until it has done --count tasks or receives "quit". (callback API) With --hold it never
// finishes its task: kill the worker, and another worker gets the task.
const amqp = require('amqplib/callback_api');
const { readArguments, fail } = require('./broker');

const { url, queue, count, prefetch, hold } = readArguments({
  queue: { type: 'string', default: 'task_queue' },
  count: { type: 'string', default: '0' }, // number of tasks; 0 for all tasks until "quit"
  prefetch: { type: 'string', default: '1' }, // unfinished tasks at a time, 0 for any number
  hold: { type: 'boolean', default: false },
});

amqp.connect(url, (error, connection) => {
  if (error) fail(error);
  connection.createChannel((error, channel) => {
    if (error) fail(error);
    let done = 0;
    const goHome = () => channel.close(() => connection.close()); // closing the channel first, so that the last ack is not lost

    channel.assertQueue(queue, { durable: true });
    channel.prefetch(Number(prefetch));
    channel.consume(queue, (message) => {
      const task = message.content.toString();
      if (task === 'quit') {
        channel.ack(message);
        goHome();
        return;
      }

      console.log(` [x] Received '${task}'${message.fields.redelivered ? ' again' : ''}`);
      if (hold) return;

      console.log(` [x] Done '${task}'`);
      channel.ack(message);
      if (++done === Number(count)) goHome();
    }, {}, (error) => {
      if (error) fail(error);
      console.log(` [*] Waiting for tasks in ${queue}`);
    });
  });
});
