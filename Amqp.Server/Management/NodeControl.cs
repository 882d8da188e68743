namespace Amqp.Server.Management;

/// <summary>What the HTTP API may do to the process.</summary>
/// <param name="Stop">Stops the broker as SIGTERM does; returns at once.</param>
/// <param name="SetLogLevel">Sets the least severe level that is logged, until the broker stops.</param>
internal sealed record NodeControl(Action Stop, Action<LogLevel> SetLogLevel);
