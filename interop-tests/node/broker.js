// Arguments and time limit of all programs here.
const { parseArgs } = require('node:util');

/** Reads --url, --timeout and the program's own options; other arguments are in `positionals`. */
function readArguments(options = {}) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: process.env.AMQP_URL ?? 'amqp://localhost' },
      timeout: { type: 'string', default: '30' }, // seconds after which an unfinished program fails
      ...options,
    },
  });
  setTimeout(() => fail(`gave up after ${values.timeout} seconds`), Number(values.timeout) * 1000).unref();
  return { ...values, positionals };
}

/** Ends the program with a message and a non-zero exit code. */
function fail(reason) {
  console.error(reason);
  process.exit(1);
}

module.exports = { readArguments, fail };
