namespace Amqp.Server.Configuration;

/// <summary>The broker cannot start, for a reason that the one who started it can do something about.</summary>
/// <param name="message">One sentence on what is wrong, one on what to do.</param>
/// <param name="cause">What happened underneath.</param>
internal class StartException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The broker cannot start as it is configured, whatever else is the case: exit code 78.</summary>
/// <param name="message">The setting's name, a colon, and what is wrong.</param>
/// <param name="cause">What happened underneath.</param>
internal sealed class ConfigurationException(string message, Exception? cause = null) : StartException(message, cause);
