namespace Amqp.Server.Bench;

/// <summary>Thrown if a load cannot be completed.</summary>
/// <param name="message">Text for the user: one line, without a full stop.</param>
/// <param name="cause">The inner exception, if any.</param>
internal sealed class LoadException(string message, Exception? cause = null) : Exception(message, cause);
