namespace Amqp.Server.Hosting;

/// <summary>The broker cannot start, for a reason that the one who started it can do something about.</summary>
/// <param name="message">One sentence on what is wrong, one on what to do.</param>
/// <param name="cause">What happened underneath.</param>
internal sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);
