namespace Amqp.Server.Configuration;

/// <summary>An error that prevents the start and that the operator can correct.</summary>
/// <param name="message">A sentence for the error, and a sentence for the remedy.</param>
/// <param name="cause">Exception that caused the error, or null.</param>
internal class StartException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>An error in the configuration, which prevents the start. The exit code is 78.</summary>
/// <param name="message">Name of the setting, a colon, and the error.</param>
/// <param name="cause">Exception that caused the error, or null.</param>
internal sealed class ConfigurationException(string message, Exception? cause = null) : StartException(message, cause);
