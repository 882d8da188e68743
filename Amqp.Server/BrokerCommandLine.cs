using System.Collections;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Amqp.Server.Cli;
using Amqp.Server.Cli.Admin;
using Amqp.Server.Cli.Bench;
using Amqp.Server.Cli.Clusters;
using Amqp.Server.Cli.Ctl;
using Amqp.Server.Cli.Operate;
using Amqp.Server.Cli.Store;
using Amqp.Server.Configuration;

namespace Amqp.Server;

/// <summary>The command line of <c>amqpbroker</c>, which runs the broker if no command is given.</summary>
/// <param name="serve">Runs a broker with a valid configuration, and returns the exit code.</param>
/// <param name="check">Checks the files and addresses in a valid configuration. Adds the faults to the configuration.</param>
/// <param name="environment">The environment variables.</param>
internal sealed class BrokerCommandLine(
    Func<BrokerConfiguration, TextWriter, CancellationToken, Task<int>> serve,
    Action<BrokerConfiguration> check,
    IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Name of the command that runs the broker.</summary>
    public const string Serve = "serve";

    // No argument is expanded: System.CommandLine would replace @file by the arguments in that file.
    private static readonly ParserConfiguration _asTheyAre = new() { ResponseFileTokenReplacer = null };

    private readonly SettingOptions _settings = new();

    public static IReadOnlyDictionary<string, string> ProcessEnvironment { get; } = Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    /// <summary>Parses the arguments and runs the command.</summary>
    /// <param name="arguments">The arguments without the program's name.</param>
    /// <param name="output">Writers for the output and the errors; null for standard output and standard error.</param>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(string[] arguments, InvocationConfiguration? output = null)
    {
        // The .NET host handles SIGTERM and Ctrl-C. System.CommandLine would end the process after a time limit.
        output ??= new InvocationConfiguration();
        output.ProcessTerminationTimeout = null;
        (string[] words, string program) = ProgramNames.Replace(arguments);
        // These commands parse their own arguments: like rabbitmqctl and rabbitmqadmin, they allow options before and after the verb.
        switch (words)
        {
            case [CtlProgram.Name, .. var rest]:
                return new CtlProgram(CtlTool.Ctl(program), environment, output.Output, output.Error).RunAsync(rest);
            case [CtlProgram.PluginsName, .. var rest]:
                return new CtlProgram(CtlTool.Plugins(program), environment, output.Output, output.Error).RunAsync(rest);
            case [AdminProgram.Name, .. var rest]:
                return new AdminProgram(program, environment, output.Output, output.Error).RunAsync(rest);
        }
        ParseResult line = Root().Parse(words, _asTheyAre);
        // Reports each usage mistake in one line. System.CommandLine would print the whole help to standard output.
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
            ClusterCommands.Create(),
            BenchCommands.Create(),
        };
        foreach (Command command in OperateCommands.Create(environment))
            root.Subcommands.Add(command);
        root.Subcommands.Add(CtlProgram.Describe(CtlTool.Ctl(CtlProgram.Name)));
        root.Subcommands.Add(CtlProgram.Describe(CtlTool.Plugins(CtlProgram.PluginsName)));
        root.Subcommands.Add(AdminProgram.Describe());
        _settings.AddTo(root);
        root.SetAction(ServeAsync);
        // Removes the aliases of the help option that begin with a slash, because a name in an argument may begin with a slash.
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Aliases.Remove("/?");
            help.Aliases.Remove("/h");
        }
        return root;
    }

    private Command ServeCommand()
    {
        var command = new Command(Serve, "Run the broker until it is told to stop (SIGTERM, Ctrl-C).");
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
