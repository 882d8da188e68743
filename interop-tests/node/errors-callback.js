// An error as the callback API reports it: first to the callback of the call, then as events of the channel. (callback API)
const amqp = require('amqplib/callback_api');
const { readArguments, fail } = require('./broker');

const { url, queue } = readArguments({ queue: { type: 'string', default: 'mistakes' } });

amqp.connect(url, (error, connection) => {
  if (error) fail(error);
  connection.createChannel((error, channel) => {
    if (error) fail(error);
    channel.on('error', (error) => console.log(` [x] error event: ${error.code}`));
    channel.on('close', () => {
      console.log(' [x] close event');
      connection.createChannel((error, another) => { // the connection stays open
        if (error) fail(error);
        another.close(() => connection.close());
      });
    });

    channel.checkQueue(`${queue}-none`, (error) => {
      console.log(` [x] callback: ${error.code} in ${error.classId},${error.methodId}`);
    });
  });
});
