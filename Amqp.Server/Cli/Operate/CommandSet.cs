using System.CommandLine;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>Creates commands that send requests to a broker. All these commands share options, error texts and exit codes.</summary>
/// <param name="login">Options for address and login.</param>
internal sealed class CommandSet(LoginOptions login)
{
    public LoginOptions Login => login;

    /// <summary>Creates a command that runs a function. The exit code is 0, unless the function throws.</summary>
    public Command Create(string name, string description, Func<CommandContext, Task> run, params ReadOnlySpan<Symbol> symbols)
    {
        var command = new Command(name, description);
        Act(command, async context =>
        {
            await run(context);
            return ExitCode.Ok;
        }, symbols);
        return command;
    }

    /// <summary>Creates the command for a resource. Its subcommands are <c>list</c>, which is the default, and the given verbs.</summary>
    public Command Resource(string name, string description, ResourceList list, params ReadOnlySpan<Command> verbs)
    {
        var command = new Command(name, $"{description} Without a subcommand: list.");
        Act(command, Run(list.RunAsync), list.Symbols);
        var listing = new Command("list", $"List {list.Plural}.");
        Act(listing, Run(list.RunAsync), list.Symbols);
        command.Subcommands.Add(listing);
        foreach (Command verb in verbs)
            command.Subcommands.Add(verb);
        return command;
    }

    /// <summary>Adds options and arguments to a command, and sets the function that the command runs.</summary>
    public void Act(Command command, Func<CommandContext, Task<int>> run, params ReadOnlySpan<Symbol> symbols)
    {
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Option option)
                command.Options.Add(option);
            else
                command.Arguments.Add((Argument)symbol);
        }
        login.AddTo(command);
        command.SetAction((result, cancellation) => RunAsync(result, run, cancellation));
    }

    /// <summary>Creates an argument that is the name of a resource. Shells can complete the name.</summary>
    /// <param name="name">Name of the argument in the help.</param>
    /// <param name="description">Text of the help.</param>
    /// <param name="resource">Name of the resource in paths of the HTTP API. Completion uses the names in the resource's list.</param>
    /// <param name="isInVirtualHost">True if the resource belongs to a virtual host.</param>
    public Argument<string> Name(string name, string description, string resource, bool isInVirtualHost = true)
    {
        // without HelpName, the help would list all names that complete the argument
        var argument = new Argument<string>(name) { Description = description, HelpName = name };
        argument.CompletionSources.Add(context => login.Complete(context, host => isInVirtualHost ? ApiPath.Of(resource, host) : resource));
        return argument;
    }

    private static Func<CommandContext, Task<int>> Run(Func<CommandContext, Task> run) => async context =>
    {
        await run(context);
        return ExitCode.Ok;
    };

    private async Task<int> RunAsync(ParseResult result, Func<CommandContext, Task<int>> run, CancellationToken cancellation)
    {
        TextWriter error = result.InvocationConfiguration.Error;
        try
        {
            using ApiClient client = login.Connect(result);
            using var context = new CommandContext(result, client, cancellation);
            return await run(context);
        }
        catch (CliException cause)
        {
            await error.WriteLineAsync($"amqpbroker: {cause.Message.TrimEnd('.')}{(cause.Message.EndsWith('?') ? "" : ".")}");
            return cause.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }
}
