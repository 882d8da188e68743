// Publishes with confirms: a callback for each message, and one callback for all messages. (callback API)
const amqp = require('amqplib/callback_api');
const { readArguments, fail } = require('./broker');

const { url, count } = readArguments({ count: { type: 'string', default: '100' } });

amqp.connect(url, (error, connection) => {
  if (error) fail(error);
  connection.createConfirmChannel((error, channel) => {
    if (error) fail(error);
    channel.on('return', (message) => {
      console.log(` [x] Returned '${message.content}': ${message.fields.replyCode} ${message.fields.replyText}`);
    });

    channel.assertQueue('', { exclusive: true }, (error, { queue }) => {
      if (error) fail(error);
      let confirmed = 0;
      for (let number = 1; number <= Number(count); number++) {
        channel.sendToQueue(queue, Buffer.from(`message ${number}`), {}, (error) => {
          if (error) fail(error);
          confirmed++;
        });
      }
      channel.sendToQueue(`${queue}-none`, Buffer.from('lost'), { mandatory: true }, (error) => {
        if (error) fail(error);
        console.log(' [x] Confirmed the returned message');
      });

      channel.waitForConfirms((error) => {
        if (error) fail(error);
        console.log(` [x] Confirmed ${confirmed} messages`);
        connection.close();
      });
    });
  });
});
