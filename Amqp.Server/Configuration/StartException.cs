namespace Amqp.Server.Configuration;

/// <summary>Error that prevents the start of the broker and that the operator can correct.</summary>
/// <param name="message">One sentence that describes the error, and one that describes the remedy.</param>
/// <param name="cause">Exception that caused the error, or null.</param>
internal class StartException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Error in the configuration that prevents the start of the broker; the exit code is 78.</summary>
/// <param name="message">Name of the setting, a colon, and the error.</param>
/// <param name="cause">Exception that caused the error, or null.</param>
internal sealed class ConfigurationException(string message, Exception? cause = null) : StartException(message, cause);
