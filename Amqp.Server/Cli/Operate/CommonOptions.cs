using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Server.Cli.Operate;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<string?> VirtualHost { get; } = new("--vhost", "-p")
    {
        HelpName = "name",
        Description = "The virtual host; or AMQPBROKER_VHOST. Default: / (lists: all virtual hosts).",
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON, for programs." };

    public static Option<bool> IfUnused { get; } = new("--if-unused") { Description = "Only if it is not in use." };

    public static Option<bool> IfEmpty { get; } = new("--if-empty") { Description = "Only if it has no messages." };

    /// <summary>The option that gives the arguments of a queue, exchange or binding, such as <c>x-max-length=1000</c>.</summary>
    public static Option<string[]> Arguments { get; } = new("--argument", "-a")
    {
        HelpName = "name=value",
        Description =
            "An argument such as x-max-length=1000; may be repeated. A value that is valid JSON (a "
                + "number, true, an object ...) is used as such; any other is text.",
        Validators = { result => Refuse(result, "--argument") },
    };

    /// <summary>The option that gives the headers of a message.</summary>
    public static Option<string[]> Headers { get; } = new("--header")
    {
        HelpName = "name=value",
        Description = "A header; may be repeated.",
        Validators = { result => Refuse(result, "--header") },
    };

    /// <summary>Creates a JSON object from texts of the form <c>name=value</c>.</summary>
    public static JsonObject Object(IEnumerable<string>? pairs)
    {
        var fields = new JsonObject();
        foreach (string pair in pairs ?? [])
        {
            int split = pair.IndexOf('=', StringComparison.Ordinal);
            fields[pair[..split]] = Value(pair[(split + 1)..]);
        }
        return fields;
    }

    /// <summary>Reports an error for each text that does not have the form <c>name=value</c>.</summary>
    /// <param name="result">Values of the option.</param>
    /// <param name="name">Name of the option.</param>
    /// <param name="known">Valid names; null to accept any name.</param>
    public static void Refuse(System.CommandLine.Parsing.OptionResult result, string name, string[]? known = null)
    {
        foreach (var token in result.Tokens)
        {
            int split = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (split < 1)
                result.AddError($"{name}: '{token.Value}' will not do; expected name=value");
            else if (known is not null && !known.Contains(token.Value[..split]))
                result.AddError($"{name}: no message has a property '{token.Value[..split]}'; there are {string.Join(", ", known)}");
        }
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
