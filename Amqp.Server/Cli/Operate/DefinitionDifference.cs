using System.CommandLine;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker definitions diff</c>.</summary>
internal static class DefinitionDifference
{
    public static Command Create(CommandSet set)
    {
        var file = new Argument<string>("file") { Description = "The JSON file; - is standard input." };
        return set.Create(
            "diff",
            "Show what an import of a file would add, change and leave out. Imports nothing. With --vhost into one virtual host.",
            async context =>
            {
                JsonObject definitions = DefinitionCommands.Read(context.Get(file));
                await DemandDryRunAsync(context);
                JsonElement difference = await context.Client.PostAsync(
                    $"{ApiPath.List("definitions", context.VirtualHostOrAll)}?dry_run=true",
                    definitions,
                    $"virtual host '{context.VirtualHost}'",
                    context.Cancellation);
                if (context.Get(CommonOptions.Json))
                    context.Print(difference);
                else
                    Print(context, difference);
            },
            file, CommonOptions.VirtualHost, CommonOptions.Json);
    }

    /// <summary>Throws if the broker does not know dry runs, because it would import the definitions.</summary>
    private static async Task DemandDryRunAsync(CommandContext context)
    {
        ApiAnswer session = await context.Client.AskAsync(HttpMethod.Get, "session", cancellation: context.Cancellation);
        if (session.Status == HttpStatusCode.NotFound)
            throw new CliException(ExitCode.Unavailable, $"The broker at {context.Client.Login} cannot compare definitions");
    }

    private static void Print(CommandContext context, JsonElement difference)
    {
        var table = new OutputTable(null, "import", "type", "vhost", "name", "before", "after", "reason");
        foreach (string kind in new[] { "added", "changed", "refused" })
            foreach (JsonElement item in difference.GetProperty(kind).EnumerateArray())
                table.Add(
                    kind, Text(item, "type"), Text(item, "vhost"), Text(item, "name"), Text(item, "before"), Text(item, "after"),
                    Text(item, "reason"));
        table.Print(context.Output, context.IsTerminal);
        context.Say(
            FormattableString.Invariant($"{Count("added")} added, {Count("changed")} changed, ")
                + FormattableString.Invariant($"{difference.GetProperty("same").GetInt32()} the same, {Count("refused")} left out."));

        int Count(string kind) => difference.GetProperty(kind).GetArrayLength();
    }

    private static string Text(JsonElement item, string field) =>
        item.TryGetProperty(field, out JsonElement value) ? ListColumn.Text(value) : "-";
}
