namespace Amqp.Server.Bench;

/// <summary>Thrown if a load cannot be completed: the broker refused a request, closed a connection or did not reply.</summary>
/// <param name="message">Text for the user: one line, without a full stop.</param>
/// <param name="cause">The inner exception, if any.</param>
internal sealed class LoadException(string message, Exception? cause = null) : Exception(message, cause);
