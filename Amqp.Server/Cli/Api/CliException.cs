namespace Amqp.Server.Cli.Api;

/// <summary>Thrown if a command cannot be executed.</summary>
/// <param name="exitCode">Exit code of the process.</param>
/// <param name="message">Error and remedy, for the user.</param>
internal class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
