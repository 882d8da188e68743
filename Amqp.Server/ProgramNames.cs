using Amqp.Server.Cli.Admin;
using Amqp.Server.Cli.Ctl;

namespace Amqp.Server;

/// <summary>
/// The names of RabbitMQ's programs. The executable behaves like the program whose name it is called by, through a symbolic link, or
/// whose name is its first argument.
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

    /// <summary>
    /// Puts the name by which the process was called before its arguments, if it is the name of one of RabbitMQ's programs.
    /// </summary>
    public static string[] AddTo(string[] arguments) => AddTo(arguments, Called());

    /// <inheritdoc cref="AddTo(string[])"/>
    /// <param name="arguments">The arguments without the program's name.</param>
    /// <param name="called">Path or name by which the process was called.</param>
    public static string[] AddTo(string[] arguments, string called)
    {
        string name = Path.GetFileName(called);
        if (name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase))
            name = name[..^".exe".Length];
        return _commands.ContainsKey(name) ? [name, .. arguments] : arguments;
    }

    /// <summary>Replaces the name of one of RabbitMQ's programs, if it is the first argument, with the command of this program.</summary>
    /// <param name="arguments">The arguments, as <see cref="AddTo(string[])"/> returns them.</param>
    /// <returns>The arguments, and the words by which the help shall name the program.</returns>
    public static (string[] Arguments, string Program) Replace(string[] arguments) =>
        arguments is not [var first, .. var rest] ? (arguments, Own)
        : _commands.TryGetValue(first, out string? command) ? ([command, .. rest], first)
        : (arguments, $"{Own} {first}");

    // The runtime may report the path of the program or of its DLL; only the system knows the name of the link for certain.
    private static string Called() => File.Exists(CommandLineOfProcess)
        ? File.ReadAllText(CommandLineOfProcess).Split('\0')[0]
        : Environment.GetCommandLineArgs()[0];
}
