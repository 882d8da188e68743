using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>Thrown if a verb fails. Text and exit code are the same as in <c>rabbitmqctl</c>.</summary>
/// <param name="exitCode">Exit code, as defined by sysexits.h.</param>
/// <param name="message">Text for standard error.</param>
internal sealed class CtlException(int exitCode, string message) : CliException(exitCode, message)
{
    /// <summary>Creates an exception with the usual text: a line with <c>Error:</c>, then the message.</summary>
    public static CtlException Error(int exitCode, string message) => new(exitCode, $"Error:\n{message}");

    public static CtlException NoUser(string user) => Error(Cli.ExitCode.NotFound, $"User \"{user}\" does not exist");

    /// <summary>Creates the error for an unknown user, as an Erlang term. Some of RabbitMQ's verbs print this form.</summary>
    public static CtlException NoSuchUser(string user) => Error(Cli.ExitCode.Unavailable, $"{{:no_such_user, \"{user}\"}}");

    public static CtlException NoParameter() => Error(Cli.ExitCode.Unavailable, "Parameter does not exist");

    public static CtlException NoVirtualHost(string host) => new(Cli.ExitCode.Refused, $"Virtual host '{host}' does not exist");

    public static CtlException ProtectedVirtualHost() => Error(
        Cli.ExitCode.Unavailable,
        "Cannot delete this virtual host: it is protected from deletion. To lift the protection, inspect and update its metadata");

    public static CtlException NotJson() => Error(Cli.ExitCode.Unavailable, "JSON decoding error. Reason: badarg");

    public static CtlException Timeout(CtlInput input, string node, string limit) =>
        new(Cli.ExitCode.TemporaryFailure, $"Error: operation {input.Verb} on node {node} timed out. Timeout value used: {limit}");

    /// <summary>Creates the error for an invalid argument value. The text includes the verb's usage.</summary>
    public static CtlException BadArgument(CtlCall call, string problem = "") =>
        Usage(call.Input, call.Verb, problem.Length == 0 ? "Bad argument." : $"Bad argument: {problem}", Cli.ExitCode.Refused);

    /// <summary>Creates the error for invalid arguments. The text includes the verb's usage.</summary>
    public static CtlException Usage(CtlInput input, CtlVerb verb, string problem, int exitCode = Cli.ExitCode.Usage) =>
        new(
            exitCode,
            $"Error (argument validation): {problem}\nArguments given:\n\t{string.Join(' ', input.Given)}\n\n{input.Tool.UsageOf(verb)}");
}
