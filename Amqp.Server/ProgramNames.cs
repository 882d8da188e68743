using Amqp.Server.Cli.Admin;
using Amqp.Server.Cli.Ctl;

namespace Amqp.Server;

/// <summary>
/// The names of RabbitMQ's programs. If this program is started under such a name, or with such a name as its first argument, it behaves
/// like RabbitMQ's program.
/// </summary>
internal static class ProgramNames
{
    /// <summary>Name of the program that runs the broker with RabbitMQ's folders.</summary>
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

    /// <summary>
    /// If the first argument is the name of one of RabbitMQ's programs, replaces the name by the matching command of this program.
    /// </summary>
    /// <param name="arguments">The arguments from <see cref="AddTo(string[])"/>.</param>
    /// <returns>The new arguments, and the name that help texts use for the program.</returns>
    public static (string[] Arguments, string Program) Replace(string[] arguments) =>
        arguments is not [var first, .. var rest] ? (arguments, Own)
        : _commands.TryGetValue(first, out string? command) ? ([command, .. rest], first)
        : (arguments, $"{Own} {first}");

    // The program may have been started through a symbolic link. Only the system knows the link's name; .NET may report another.
    private static string Called() => File.Exists(CommandLineOfProcess)
        ? File.ReadAllText(CommandLineOfProcess).Split('\0')[0]
        : Environment.GetCommandLineArgs()[0];
}
