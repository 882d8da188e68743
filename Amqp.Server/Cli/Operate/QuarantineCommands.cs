using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>
/// The subcommands of <c>queues quarantine</c> and <c>exchanges quarantine</c>. A quarantine holds messages that the broker failed to
/// process.
/// </summary>
internal sealed class QuarantineCommands
{
    private readonly Argument<string> _owner;
    private readonly Argument<string> _message = new("message") { Description = "Id of the message, from the list." };
    private readonly Argument<string?> _messageOrNone = new("message")
    {
        Description = "Id of the message, from the list.",
        Arity = ArgumentArity.ZeroOrOne
    };
    private readonly Option<bool> _all = new("--all") { Description = "All messages of the quarantine." };
    private readonly string _singular;
    private readonly string _plural;

    private QuarantineCommands(CommandSet set, string singular, string plural) =>
        (_owner, _singular, _plural) = (set.Name(singular, $"The {singular}.", plural), singular, plural);

    /// <summary>Creates the subcommands for queues or for exchanges.</summary>
    /// <param name="set">Creates each command.</param>
    /// <param name="singular"><c>queue</c> or <c>exchange</c>.</param>
    /// <param name="plural">Name of the resource in paths of the HTTP API.</param>
    public static Command Create(CommandSet set, string singular, string plural)
    {
        var commands = new QuarantineCommands(set, singular, plural);
        return new Command(
            "quarantine",
            $"The messages of {(singular == "queue" ? "a queue" : "an exchange")} that the broker failed to process and set aside.")
        {
            commands.List(set),
            commands.Export(set),
            commands.ForSome(set, "return", "Return messages to their places, to be processed again.", ReturnAsync),
            commands.ForSome(set, "drop", "Delete messages permanently.", DropAsync),
        };
    }

    private Command List(CommandSet set)
    {
        var list = new ResourceList(
            "message", "quarantined messages", Path,
            new("message"),
            new("since", true),
            new("stored_bytes", true),
            new("exchange"),
            new("routing_key"),
            new("durable"),
            new("error"))
        {
            Special = [_owner, CommonOptions.VirtualHost],
            Place = What,
        };
        return set.Create("list", "List the messages.", list.RunAsync, list.Symbols);
    }

    private Command Export(CommandSet set)
    {
        var file = new Option<string?>("--file")
        {
            HelpName = "file",
            Description = "Write the payload to this file; if the message is unreadable, write its stored octets."
        };
        return set.Create("export", "Print a message with all fields as JSON, or write its payload to a file.", async context =>
        {
            string message = context.Get(_message);
            JsonElement found = await context.Client.GetAsync(
                $"{Path(context)}/{ApiPath.Of(message)}", WhatOf(message, context), context.Cancellation);
            if (context.Get(file) is not { } target)
            {
                context.Print(found);
                return;
            }
            bool isMessage = found.TryGetProperty("payload", out JsonElement octets);
            if (!isMessage && !found.TryGetProperty("stored", out octets))
                throw new CliException(
                    ExitCode.Refused, $"Message {message} cannot be exported: {found.GetProperty("unreadable").GetString()}");
            await WriteAsync(target, octets.GetBytesFromBase64(), context.Cancellation);
            context.Say(
                isMessage
                    ? $"Exported message {message} to {target}."
                    : $"Exported the stored octets of message {message} to {target}: {found.GetProperty("unreadable").GetString()}.");
        }, _owner, _message, file, CommonOptions.VirtualHost);
    }

    private Command ForSome(CommandSet set, string verb, string description, Func<CommandContext, string, string, Task<string>> doAsync)
    {
        Command command = set.Create(verb, description, async context =>
        {
            string? message = context.Get(_messageOrNone);
            string path = message is null ? Path(context) : $"{Path(context)}/{ApiPath.Of(message)}";
            context.Say(await doAsync(context, path, message is null ? What(context) : WhatOf(message, context)));
        }, _owner, _messageOrNone, _all, CommonOptions.VirtualHost);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_messageOrNone)?.Tokens.Count > 0 == result.GetValue(_all))
                result.AddError("Give a message or --all.");
        });
        return command;
    }

    private static async Task<string> ReturnAsync(CommandContext context, string path, string what)
    {
        JsonElement answer = await context.Client.PostAsync($"{path}/return", new JsonObject(), what, context.Cancellation);
        return Said("Returned", "returned", what, answer);
    }

    private static async Task<string> DropAsync(CommandContext context, string path, string what)
    {
        JsonElement answer = await context.Client.DeleteAsync(path, what, context.Cancellation);
        return Said("Dropped", "dropped", what, answer);
    }

    /// <summary>Returns a sentence with the number of messages that were returned or dropped.</summary>
    /// <exception cref="CliException">The broker refused some of the messages.</exception>
    private static string Said(string done, string field, string what, JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Object)
            return $"{done} {what}.";
        int count = answer.GetProperty(field).GetInt32(), refused = answer.GetProperty("refused").GetInt32();
        string said = $"{done} {(count == 1 ? "1 message" : $"{count} messages")} of {what}";
        return refused == 0
            ? $"{said}."
            : throw new CliException(ExitCode.Refused, $"{said}; {refused} cannot be {field}. To see why, name a single message");
    }

    private static async Task WriteAsync(string file, byte[] octets, CancellationToken cancellation)
    {
        try
        {
            await File.WriteAllBytesAsync(file, octets, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot write {file}: {error.Message}");
        }
    }

    private string Path(CommandContext context)
    {
        string owner = context.Get(_owner);
        return $"{ApiPath.Of(_plural, context.VirtualHost, _singular == "exchange" ? ApiPath.Exchange(owner) : owner)}/quarantine";
    }

    private string What(CommandContext context) => $"{_singular} '{context.Get(_owner)}' in virtual host '{context.VirtualHost}'";

    private string WhatOf(string message, CommandContext context) => $"message {message} in the quarantine of {What(context)}";
}
