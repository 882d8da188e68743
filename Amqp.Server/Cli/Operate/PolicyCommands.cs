using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker policies</c>.</summary>
internal static class PolicyCommands
{
    private static readonly Option<bool> _operator = new("--operator")
    {
        Description = "Operator policies, which limit the values of other policies."
    };

    public static Command Create(CommandSet set)
    {
        var list = new ResourceList(
            "policy", "policies", context => ApiPath.List(Kind(context), context.VirtualHostOrAll),
            new("vhost"), new("name"), new("pattern"), new("apply-to"), new("priority", true), new("definition"))
        {
            Special = [CommonOptions.VirtualHost, _operator],
        };
        return set.Resource("policies", "List, show, set and delete policies.", list, Show(set), Declare(set), Preview(set), Delete(set));
    }

    private static Command Show(CommandSet set)
    {
        Argument<string> name = Name(set);
        return set.Create("show", "Show one policy.",
            context => ResourceView.ShowAsync(context, Path(context, name), What(context, name)),
            name,
            CommonOptions.VirtualHost,
            _operator,
            CommonOptions.Json);
    }

    private static Command Declare(CommandSet set)
    {
        var policy = new PolicyInput();
        return set.Create("declare", "Set a policy.", async context =>
        {
            await context.Client.PutAsync(
                Path(context, policy.Name), policy.Body(context), $"virtual host '{context.VirtualHost}'", context.Cancellation);
            context.Say($"Set {What(context, policy.Name)}.");
        }, [.. policy.Symbols, CommonOptions.VirtualHost, _operator]);
    }

    private static Command Preview(CommandSet set)
    {
        var policy = new PolicyInput();
        return set.Create("preview", "Show what a policy would change, and change nothing.", async context =>
        {
            JsonObject body = policy.Body(context);
            body["name"] = context.Get(policy.Name);
            JsonElement preview = await context.Client.PostAsync(
                $"{ApiPath.Of(Kind(context), context.VirtualHost)}/preview",
                body,
                $"virtual host '{context.VirtualHost}'",
                context.Cancellation);
            if (context.Get(CommonOptions.Json))
                context.Print(preview);
            else
                Print(context, preview, What(context, policy.Name));
        }, [.. policy.Symbols, CommonOptions.VirtualHost, _operator, CommonOptions.Json]);
    }

    private static void Print(CommandContext context, JsonElement preview, string what)
    {
        var table = new OutputTable(null, "type", "name", "before", "after", "overruled_by");
        foreach (JsonElement item in preview.GetProperty("objects").EnumerateArray())
            table.Add(
                item.GetProperty("type").GetString()!,
                item.GetProperty("name").GetString()!,
                ListColumn.Text(item.GetProperty("before")),
                ListColumn.Text(item.GetProperty("after")),
                ListColumn.Text(item.GetProperty("overruled_by")));
        table.Print(context.Output, context.IsTerminal);
        int shown = preview.GetProperty("objects").GetArrayLength();
        int changed = preview.GetProperty("changed").GetInt32(), matched = preview.GetProperty("matched").GetInt32();
        string counts = FormattableString.Invariant($"would change {changed} objects, and matches {matched}");
        string rest = changed > shown ? FormattableString.Invariant($" The first {shown} are shown.") : "";
        context.Say(OutputTable.Clean($"{char.ToUpperInvariant(what[0])}{what[1..]} {counts}.{rest}"));
    }

    private static Command Delete(CommandSet set)
    {
        Argument<string> name = Name(set);
        return set.Create("delete", "Delete a policy.", async context =>
        {
            await context.Client.DeleteAsync(Path(context, name), What(context, name), context.Cancellation);
            context.Say($"Deleted {What(context, name)}.");
        }, name, CommonOptions.VirtualHost, _operator);
    }

    private static Argument<string> Name(CommandSet set) => set.Name("policy", "The policy.", "policies");

    private static string Kind(CommandContext context) => context.Get(_operator) ? "operator-policies" : "policies";

    private static string Path(CommandContext context, Argument<string> name) =>
        ApiPath.Of(Kind(context), context.VirtualHost, context.Get(name));

    private static string What(CommandContext context, Argument<string> name) =>
        $"{(context.Get(_operator) ? "operator policy" : "policy")} '{context.Get(name)}' in virtual host '{context.VirtualHost}'";
}
