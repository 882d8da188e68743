using System.CommandLine;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Admin;

/// <summary>The command <c>amqpbroker admin</c>, a replacement for RabbitMQ's <c>rabbitmqadmin</c>.</summary>
/// <param name="program">The words that start the command, for the help.</param>
/// <param name="environment">The environment variables.</param>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
internal sealed class AdminProgram(
    string program, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter error)
{
    /// <summary>The command's name.</summary>
    public const string Name = "admin";

    /// <summary>
    /// Creates the command's entry in the help of <c>amqpbroker</c>. The command parses its arguments without System.CommandLine.
    /// </summary>
    public static Command Describe() => new(Name, "Accept rabbitmqadmin's commands and print its output: a replacement for rabbitmqadmin.")
    {
        new Argument<string[]>("subcommand")
        {
            HelpName = "subcommand",
            Description = "rabbitmqadmin's subcommand and its arguments; amqpbroker admin help lists them.",
            Arity = ArgumentArity.ZeroOrMore
        },
    };

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The words after the command's name.</param>
    /// <returns>0 for success; 1 for a failure, as in RabbitMQ.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        try
        {
            var options = new AdminOptions(arguments);
            if (options.Has("help") || options.Words is ["help", ..])
                await output.WriteLineAsync(AdminHelp.Text(program));
            else if (options.Has("version"))
                await output.WriteLineAsync($"{program} {typeof(AdminProgram).Assembly.GetName().Version!.ToString(3)}");
            else
                await RunAsync(options);
            return ExitCode.Ok;
        }
        catch (AdminUsageException mistake)
        {
            await output.WriteLineAsync($"\nERROR: {mistake.Message}\n\n{program} --help for help\n");
        }
        catch (CliException failure)
        {
            await error.WriteLineAsync($"*** {failure.Message}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"*** {failure.Message}");
        }
        return ExitCode.Failure;
    }

    private async Task RunAsync(AdminOptions options)
    {
        if (options.Words is not [var verb, .. var words])
            throw new AdminUsageException("Action not specified");
        using var http = new ApiClient(options.Login.Resolve(environment, askPassword: null), options.Limit);
        var call = new AdminCall(options, words, http, output);
        await (verb switch
        {
            "list" => new AdminListing(call).ListAsync(AdminLists.Listable, "list"),
            "show" => new AdminListing(call).ListAsync(AdminLists.Showable, "show"),
            "declare" => AdminChanges.DeclareAsync(call),
            "delete" => AdminChanges.DeleteAsync(call, AdminObjects.Deletable, "deleted"),
            "close" => AdminChanges.DeleteAsync(call, AdminObjects.Closable, "closed"),
            "purge" => AdminChanges.DeleteAsync(call, AdminObjects.Purgable, "purged"),
            "export" => AdminDefinitions.ExportAsync(call),
            "import" => AdminDefinitions.ImportAsync(call),
            "publish" => AdminMessages.PublishAsync(call),
            "get" => AdminMessages.GetAsync(call),
            _ => throw new AdminUsageException($"Action {verb} not understood"),
        });
    }
}

/// <summary>Thrown for an invalid command line.</summary>
/// <param name="message">Description of the mistake.</param>
internal sealed class AdminUsageException(string message) : Exception(message);
