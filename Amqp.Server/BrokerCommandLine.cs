using System.Collections;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Amqp.Server.Cli;
using Amqp.Server.Cli.Bench;
using Amqp.Server.Cli.Ctl;
using Amqp.Server.Cli.Operate;
using Amqp.Server.Cli.Store;
using Amqp.Server.Configuration;

namespace Amqp.Server;

/// <summary>The command line of <c>amqpbroker</c>. Without a command the broker runs.</summary>
/// <param name="serve">Runs a broker with a configuration that has no errors, and returns the exit code.</param>
/// <param name="check">
/// Checks the files and addresses that a configuration without errors names, and adds the faults to that configuration.
/// </param>
/// <param name="environment">The environment variables.</param>
internal sealed class BrokerCommandLine(
    Func<BrokerConfiguration, TextWriter, CancellationToken, Task<int>> serve,
    Action<BrokerConfiguration> check,
    IReadOnlyDictionary<string, string> environment)
{
    // Response files are off: an argument that begins with @ may be a message, a password or a queue's name.
    private static readonly ParserConfiguration _asTheyAre = new() { ResponseFileTokenReplacer = null };

    private readonly SettingOptions _settings = new();

    /// <summary>The environment variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment { get; } = Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    /// <summary>Parses the arguments and runs the command.</summary>
    /// <param name="arguments">The arguments without the program's name.</param>
    /// <param name="output">Receives the output; null for standard output and standard error.</param>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(string[] arguments, InvocationConfiguration? output = null)
    {
        // The host handles SIGTERM and Ctrl-C. A stop may take longer than System.CommandLine's timeout.
        output ??= new InvocationConfiguration();
        output.ProcessTerminationTimeout = null;
        // ctl parses its arguments itself: rabbitmqctl's options may stand before or after the verb.
        if (arguments is [CtlProgram.Name, .. var rest])
            return new CtlProgram(environment, output.Output, output.Error).RunAsync(rest);
        ParseResult line = Root().Parse(arguments, _asTheyAre);
        // A mistake is reported here, because System.CommandLine would print the whole help to standard output.
        return line.Action is ParseErrorAction ? Task.FromResult(UsageMistake.Report(line, output.Error)) : line.InvokeAsync(output);
    }

    private RootCommand Root()
    {
        var root = new RootCommand(
            "An AMQP 0-9-1 message broker. Without a command, the broker runs. See docs/configuration.md for every setting.")
        {
            ServeCommand(),
            ConfigCommand(),
            StoreCommands.Create(),
            BenchCommands.Create(),
        };
        foreach (Command command in OperateCommands.Create(environment))
            root.Subcommands.Add(command);
        root.Subcommands.Add(CtlProgram.Describe());
        _settings.AddTo(root);
        root.SetAction(ServeAsync);
        // An argument that begins with a slash may be a message or a name, so there are no options with a slash.
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Aliases.Remove("/?");
            help.Aliases.Remove("/h");
        }
        return root;
    }

    private Command ServeCommand()
    {
        var command = new Command("serve", "Run the broker until it is told to stop (SIGTERM, Ctrl-C).");
        _settings.AddTo(command);
        command.SetAction(ServeAsync);
        return command;
    }

    private Command ConfigCommand()
    {
        var check = new Command(
            "check",
            "Check the configuration file, the environment and the options given; print every setting that is not at its default.");
        _settings.AddTo(check);
        check.SetAction(Check);
        return new Command("config", "Look at the configuration.") { check };
    }

    private BrokerConfiguration Load(ParseResult result)
    {
        BrokerConfiguration configuration = _settings.Load(result, environment);
        if (configuration.Errors.Count == 0)
            check(configuration);
        return configuration;
    }

    private async Task<int> ServeAsync(ParseResult result, CancellationToken cancellation)
    {
        BrokerConfiguration configuration = Load(result);
        return configuration.Errors.Count > 0
            ? Refuse(configuration, result)
            : await serve(configuration, result.InvocationConfiguration.Error, cancellation);
    }

    private int Check(ParseResult result)
    {
        BrokerConfiguration configuration = Load(result);
        if (configuration.Errors.Count > 0)
            return Refuse(configuration, result);

        TextWriter output = result.InvocationConfiguration.Output;
        foreach (string warning in configuration.Warnings)
            output.WriteLine($"# {warning}");
        foreach ((string key, string value, string source) in configuration.Changes)
            output.WriteLine($"{key} = {value}  # {source}");
        output.WriteLine("# The configuration is valid; every other setting is at its default.");
        return ExitCode.Ok;
    }

    private static int Refuse(BrokerConfiguration configuration, ParseResult result)
    {
        foreach (string error in configuration.Errors)
            result.InvocationConfiguration.Error.WriteLine($"amqpbroker: {error}");
        return ExitCode.Configuration;
    }
}
