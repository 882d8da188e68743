namespace Amqp.Server.Bench;

/// <summary>Why a load could not be driven to its end: the broker refused, closed or fell silent. The message is for the user.</summary>
/// <param name="message">One line, without a full stop.</param>
/// <param name="cause">What lies behind it, if anything.</param>
internal sealed class LoadException(string message, Exception? cause = null) : Exception(message, cause);
