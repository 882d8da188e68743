using System.CommandLine;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;
using Amqp.Server.Cli.Bench;

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
        return set.Resource("policies", "List, show, set and delete policies.", list, Show(set), Declare(set), Delete(set));
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
        var name = new Argument<string>("policy") { Description = "Name of the policy." };
        var pattern = new Argument<string>("pattern") { Description = "Regular expression that matches names of queues or exchanges." };
        var definition = new Argument<string[]>("definition")
        {
            Description = "Keys to set: key=value, such as max-length=1000, or a JSON object.",
            Arity = ArgumentArity.OneOrMore
        };
        var priority = BenchOption.Number(
            "--priority", 0, int.MinValue, int.MaxValue,
            "Priority; of several matching policies the one with the highest priority applies.");
        var applyTo = new Option<string>("--apply-to")
        {
            HelpName = "what",
            Description = "queues, exchanges or all.",
            DefaultValueFactory = _ => "all"
        };
        definition.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (!token.Value.TrimStart().StartsWith('{') && token.Value.IndexOf('=', StringComparison.Ordinal) < 1)
                    result.AddError($"definition: '{token.Value}' will not do; expected key=value, or a JSON object in quotes");
        });
        return set.Create("declare", "Set a policy.", async context =>
        {
            var body = new JsonObject
            {
                ["pattern"] = context.Get(pattern),
                ["definition"] = Definition(context.Get(definition)),
                ["priority"] = context.Get(priority),
                ["apply-to"] = context.Get(applyTo),
            };
            await context.Client.PutAsync(Path(context, name), body, $"virtual host '{context.VirtualHost}'", context.Cancellation);
            context.Say($"Set {What(context, name)}.");
        }, name, pattern, definition, CommonOptions.VirtualHost, priority, applyTo, _operator);
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

    private static JsonNode Definition(string[] parts)
    {
        if (!parts[0].TrimStart().StartsWith('{'))
            return CommonOptions.Object(parts);
        try
        {
            return JsonNode.Parse(parts[0])!;
        }
        catch (System.Text.Json.JsonException error)
        {
            throw new CliException(ExitCode.Usage, $"The definition is not JSON: {error.Message}");
        }
    }

    private static Argument<string> Name(CommandSet set) => set.Name("policy", "The policy.", "policies");

    private static string Kind(CommandContext context) => context.Get(_operator) ? "operator-policies" : "policies";

    private static string Path(CommandContext context, Argument<string> name) =>
        ApiPath.Of(Kind(context), context.VirtualHost, context.Get(name));

    private static string What(CommandContext context, Argument<string> name) =>
        $"{(context.Get(_operator) ? "operator policy" : "policy")} '{context.Get(name)}' in virtual host '{context.VirtualHost}'";
}
