namespace Amqp.Server.Cli.Api;

/// <summary>A command that cannot be done, in a sentence that says what to do about it.</summary>
/// <param name="exitCode">What the process ends with.</param>
/// <param name="message">For the one who typed the command.</param>
internal class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
