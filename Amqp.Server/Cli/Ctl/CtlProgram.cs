using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The commands <c>amqpbroker ctl</c> and <c>plugins</c>, which replace <c>rabbitmqctl</c> and <c>rabbitmq-plugins</c>.</summary>
internal sealed class CtlProgram(CtlTool tool, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter error)
{
    /// <summary>Name of the command that replaces <c>rabbitmqctl</c>.</summary>
    public const string Name = "ctl";

    /// <summary>Name of the command that replaces <c>rabbitmq-plugins</c>.</summary>
    public const string PluginsName = "plugins";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>Creates the entry for the help of <c>amqpbroker</c> and for shell completion. The entry runs nothing.</summary>
    /// <param name="tool">The tool. Its <see cref="CtlTool.Program"/> is the command's name.</param>
    public static Command Describe(CtlTool tool)
    {
        var verb = new Argument<string[]>("command")
        {
            HelpName = "command",
            Description = $"A command of RabbitMQ's tool and its arguments; amqpbroker {tool.Program} help lists them.",
            Arity = ArgumentArity.ZeroOrMore
        };
        verb.CompletionSources.Add(context => context.ParseResult.GetValue(verb) is { Length: > 1 } ? []
            : tool.Families.SelectMany(family => family.Verbs).Select(known => new CompletionItem(known.Name)));
        return new Command(tool.Program, tool.Description) { verb };
    }

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The words after the tool's name.</param>
    /// <returns>An exit code of sysexits.h.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var input = new CtlInput(arguments, tool);
        try
        {
            return await RunAsync(input);
        }
        catch (DryRunException)
        {
            return ExitCode.Ok;
        }
        catch (ApiFailure failure) when (failure.Status is null)
        {
            string node = input.Option("node") ?? $"rabbit@{Environment.MachineName}";
            if (failure.ExitCode == ExitCode.TemporaryFailure)
            {
                double seconds = input.Option("timeout") is { } limit
                    ? LoginSettings.ParseTimeout(limit)!.Value.TotalSeconds
                    : _patience.TotalSeconds;
                await error.WriteLineAsync(
                    CtlException.Timeout(input, node, ((long)(seconds * 1000)).ToString(CultureInfo.InvariantCulture)).Message);
                return failure.ExitCode;
            }
            await error.WriteLineAsync(
                $"Error: unable to perform an operation on node '{node}'. Please see diagnostics "
                    + $"information and suggestions below.\n\n{failure.Message}.");
            return failure.ExitCode;
        }
        catch (CtlException failure)
        {
            await error.WriteLineAsync(failure.Message);
            return failure.ExitCode;
        }
        catch (CliException failure)
        {
            await error.WriteLineAsync($"Error:\n{failure.Message}");
            return failure.ExitCode == ExitCode.NoPermission ? ExitCode.Unavailable : failure.ExitCode;
        }
    }

    private async Task<int> RunAsync(CtlInput input)
    {
        if (input.Verb is null or "help" || input.Has("help") && tool.Find(input.Verb) is null)
            return await HelpAsync(input.Arguments.FirstOrDefault(), input.Verb is not null || input.Has("help"));
        if (tool.Find(input.Verb) is not { } verb)
        {
            string? nearest = tool.Nearest(input.Verb);
            await error.WriteLineAsync(
                $"\nCommand '{input.Verb}' not found. \n{(nearest is null ? $"\n{CtlHelp.All(tool)}" : $"Did you mean '{nearest}'? \n")}");
            return ExitCode.Usage;
        }
        if (input.Has("help"))
            return await HelpAsync(verb.Name, isAsked: true);
        Check(input, verb);
        BrokerLogin login = verb.IsLocal
            ? new BrokerLogin(new Uri(LoginSettings.DefaultUrl), "", "", "/")
            : input.Login(verb).Resolve(environment, PasswordPrompt.OnTerminal);
        using var client = new ApiClient(
            login,
            input.Option("timeout") is { } text
                && LoginSettings.ParseTimeout(text) is { } limit
                && verb.Name is not ("await_startup" or "wait")
                ? limit
                : _patience);
        var call = new CtlCall(input, verb, client, output, error);
        await verb.RunAsync(call);
        call.End();
        return ExitCode.Ok;
    }

    private static void Check(CtlInput input, CtlVerb verb)
    {
        if (input.Unknown.Count > 0 && !RefusedVerbs.All.Contains(verb))
            throw CtlException.Usage(
                input, verb, $"Invalid options for this command:\n{string.Join('\n', input.Unknown.Select(option => $"{option} : "))}");
        if (input.Option("timeout") is { } timeout && LoginSettings.ParseTimeout(timeout) is null)
            throw CtlException.Usage(
                input, verb, $"Invalid options for this command:\n{(input.Given.Contains("-t") ? "-t" : "--timeout")} : {timeout}");
        if (!CtlFormat.Known.Contains(input.Formatter))
            throw CtlException.Usage(input, verb, $"there is no formatter '{input.Formatter}' here; use table, json, csv or pretty_table");
        if (input.Arguments.Count < verb.Least)
            throw CtlException.Usage(input, verb, "not enough arguments.");
        if (input.Arguments.Count > verb.Most)
            throw CtlException.Usage(input, verb, "too many arguments.");
    }

    private async Task<int> HelpAsync(string? name, bool isAsked)
    {
        if (name is not null && tool.Find(name) is null)
            throw CtlException.Error(ExitCode.Usage, $"\nCommand '{name}' not found.");
        if (name is not null && tool.Find(name) is { } verb)
            await output.WriteLineAsync(CtlHelp.Of(tool, verb));
        else
            await (isAsked ? output : error).WriteLineAsync($"\n{CtlHelp.All(tool)}");
        return isAsked ? ExitCode.Ok : ExitCode.Usage;
    }
}
