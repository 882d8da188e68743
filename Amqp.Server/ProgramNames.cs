using Amqp.Server.Cli.Admin;
using Amqp.Server.Cli.Ctl;

namespace Amqp.Server;

/// <summary>
/// The names of RabbitMQ's programs. Called by such a name, or with the name as first argument, this program behaves like RabbitMQ's.
/// </summary>
internal static class ProgramNames
{
    /// <summary>Name of the program that runs the broker in RabbitMQ's folders.</summary>
    public const string Server = "rabbitmq-server";

    private const string Own = "amqpbroker";
    private const string CommandLineOfProcess = "/proc/self/cmdline";

    private static readonly Dictionary<string, string> _commands = new()
    {
        [Server] = BrokerCommandLine.Serve,
        ["rabbitmqctl"] = CtlProgram.Name,
        ["rabbitmq-diagnostics"] = CtlProgram.Name,
        ["rabbitmq-queues"] = CtlProgram.Name,
        ["rabbitmq-streams"] = CtlProgram.Name,
        ["rabbitmq-upgrade"] = CtlProgram.Name,
        ["rabbitmq-plugins"] = CtlProgram.PluginsName,
        ["rabbitmqadmin"] = AdminProgram.Name,
    };

    /// <summary>If the process was called by the name of one of RabbitMQ's programs, puts this name before the arguments.</summary>
    public static string[] AddTo(string[] arguments) => AddTo(arguments, Called());

    /// <inheritdoc cref="AddTo(string[])"/>
    /// <param name="arguments">The arguments without the program's name.</param>
    /// <param name="called">Path or name by which this process was started.</param>
    public static string[] AddTo(string[] arguments, string called)
    {
        string name = Path.GetFileName(called);
        if (name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase))
            name = name[..^".exe".Length];
        return _commands.ContainsKey(name) ? [name, .. arguments] : arguments;
    }

    /// <summary>If the first argument is the name of one of RabbitMQ's programs, replaces it by a command.</summary>
    /// <param name="arguments">The arguments from <see cref="AddTo(string[])"/>.</param>
    /// <returns>The arguments, and the name of the program in help texts.</returns>
    public static (string[] Arguments, string Program) Replace(string[] arguments) =>
        arguments is not [var first, .. var rest] ? (arguments, Own)
        : _commands.TryGetValue(first, out string? command) ? ([command, .. rest], first)
        : (arguments, $"{Own} {first}");

    // The runtime may report the path of the program or of its DLL. Only the system knows the name of the link.
    private static string Called() => File.Exists(CommandLineOfProcess)
        ? File.ReadAllText(CommandLineOfProcess).Split('\0')[0]
        : Environment.GetCommandLineArgs()[0];
}
