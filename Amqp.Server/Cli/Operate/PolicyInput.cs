using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;
using Amqp.Server.Cli.Bench;

namespace Amqp.Server.Cli.Operate;

/// <summary>The arguments and options that describe a policy.</summary>
internal sealed class PolicyInput
{
    private readonly Argument<string> _pattern = new("pattern")
    {
        Description = "Regular expression that matches names of queues or exchanges."
    };

    private readonly Argument<string[]> _definition = new("definition")
    {
        Description = "Keys to set: key=value, such as max-length=1000, or a JSON object.",
        Arity = ArgumentArity.OneOrMore
    };

    private readonly Option<int> _priority = BenchOption.Number(
        "--priority", 0, int.MinValue, int.MaxValue,
        "Priority; of several matching policies the one with the highest priority applies.");

    private readonly Option<string> _applyTo = new("--apply-to")
    {
        HelpName = "what",
        Description = "queues, exchanges or all.",
        DefaultValueFactory = _ => "all"
    };

    public PolicyInput() => _definition.Validators.Add(result =>
    {
        foreach (var token in result.Tokens)
            if (!token.Value.TrimStart().StartsWith('{') && token.Value.IndexOf('=', StringComparison.Ordinal) < 1)
                result.AddError($"definition: '{token.Value}' will not do; expected key=value, or a JSON object in quotes");
    });

    /// <summary>Name of the policy.</summary>
    public Argument<string> Name { get; } = new("policy") { Description = "Name of the policy." };

    /// <summary>All arguments and options.</summary>
    public Symbol[] Symbols => [Name, _pattern, _definition, _priority, _applyTo];

    /// <summary>Returns the policy for the HTTP API, without its name.</summary>
    /// <exception cref="CliException">The definition is not JSON.</exception>
    public JsonObject Body(CommandContext context) => new()
    {
        ["pattern"] = context.Get(_pattern),
        ["definition"] = Definition(context.Get(_definition)),
        ["priority"] = context.Get(_priority),
        ["apply-to"] = context.Get(_applyTo),
    };

    private static JsonNode Definition(string[] parts)
    {
        if (!parts[0].TrimStart().StartsWith('{'))
            return CommonOptions.Object(parts);
        try
        {
            return JsonNode.Parse(parts[0])!;
        }
        catch (JsonException error)
        {
            throw new CliException(ExitCode.Usage, $"The definition is not JSON: {error.Message}");
        }
    }
}
