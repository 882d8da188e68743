namespace Amqp.Server.Logging;

/// <summary>A line of the log.</summary>
/// <param name="Time">Time of the log event.</param>
/// <param name="Level">Level of the log event.</param>
/// <param name="Category">Category of the log event.</param>
/// <param name="Text">The message on one line. The lines of an exception follow.</param>
internal sealed record LogLine(DateTimeOffset Time, LogLevel Level, LogCategory Category, string Text);
