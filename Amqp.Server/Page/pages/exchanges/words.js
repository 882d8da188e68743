// Words of the command line for arguments, headers and properties.

/** A value that reads as JSON is used as such, so text that looks like JSON is quoted. */
function valueWord(value) {
  if (typeof value !== 'string')
    return JSON.stringify(value);
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}

/** Options `-a name=value` of arguments. */
export const argumentWords = table => Object.entries(table).flatMap(([name, value]) => ['-a', `${name}=${valueWord(value)}`]);

/** Options `--header name=value` of headers. */
export const headerWords = table => Object.entries(table ?? {}).flatMap(([name, value]) => ['--header', `${name}=${valueWord(value)}`]);
