namespace Amqp.Server.Configuration;

/// <summary>Thrown if the broker cannot start because of an error that the operator can correct.</summary>
/// <param name="message">One sentence about the error and one about the remedy.</param>
/// <param name="cause">Exception that caused the error, or null.</param>
internal class StartException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Thrown if the broker cannot start because of an error in the configuration. The exit code is 78.</summary>
/// <param name="message">Name of the setting, a colon, and a description of the error.</param>
/// <param name="cause">Exception that caused the error, or null.</param>
internal sealed class ConfigurationException(string message, Exception? cause = null) : StartException(message, cause);
