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

/// <summary>The verbs of <c>amqpbroker</c>; without one it serves.</summary>
/// <param name="serve">Runs a broker with a configuration that has no errors, and returns the exit code.</param>
/// <param name="look">Adds to a configuration that has no errors what is wrong with the files and addresses that it names.</param>
/// <param name="environment">The environment variables.</param>
internal sealed class BrokerCommandLine(
    Func<BrokerConfiguration, TextWriter, CancellationToken, Task<int>> serve, Action<BrokerConfiguration> look, IReadOnlyDictionary<string, string> environment)
{
    // What begins with @ may be a message, a password or a queue's name, and is no file of arguments.
    private static readonly ParserConfiguration _asTheyAre = new() { ResponseFileTokenReplacer = null };

    private readonly SettingOptions _settings = new();

    /// <summary>The environment variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment { get; } = Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    /// <summary>Understands the arguments and does what they ask for.</summary>
    /// <param name="arguments">What follows the program's name.</param>
    /// <param name="output">Where to print; standard output and standard error unless given.</param>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(string[] arguments, InvocationConfiguration? output = null)
    {
        // The host handles SIGTERM and Ctrl-C, and takes its time for it.
        output ??= new InvocationConfiguration();
        output.ProcessTerminationTimeout = null;
        // Its options are rabbitmqctl's, which stand before the verb as well as behind it.
        if (arguments is [CtlProgram.Name, .. var rest])
            return new CtlProgram(environment, output.Output, output.Error).RunAsync(rest);
        ParseResult line = Root().Parse(arguments, _asTheyAre);
        // Its own answer to a mistake is the whole help, on standard output.
        return line.Action is ParseErrorAction ? Task.FromResult(UsageMistake.Report(line, output.Error)) : line.InvokeAsync(output);
    }

    private RootCommand Root()
    {
        var root = new RootCommand("An AMQP 0-9-1 message broker. Without a command it serves. See docs/configuration.md for every setting.")
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
        // What begins with a slash may be a message or a name, and is no option.
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
        var check = new Command("check", "Check the configuration file, the environment and the options given; print every setting that is not at its default.");
        _settings.AddTo(check);
        check.SetAction(Check);
        return new Command("config", "Look at the configuration.") { check };
    }

    private BrokerConfiguration Load(ParseResult result)
    {
        BrokerConfiguration configuration = _settings.Load(result, environment);
        if (configuration.Errors.Count == 0)
            look(configuration);
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
