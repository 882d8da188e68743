using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Admin;

/// <summary>Maps a command line to a request: the command's arguments (<c>name=value</c>), and the path in the HTTP API.</summary>
/// <param name="Name">Name of the object type.</param>
/// <param name="Path">
/// Parts of the path. A part in braces is replaced with the argument of that name. <c>{kind}</c> is the first letter of
/// <c>destination_type</c>.
/// </param>
/// <param name="Mandatory">Mandatory arguments. <c>a|b</c> demands one of the two.</param>
/// <param name="Optional">Optional arguments with their default values. A null default leaves the argument out of the request.</param>
/// <param name="Json">Arguments whose values are JSON.</param>
internal sealed record AdminObject(
    string Name,
    string[] Path,
    string[] Mandatory,
    Dictionary<string, JsonNode?>? Optional = null,
    params string[] Json)
{
    private const string VirtualHost = "vhost";

    private readonly Dictionary<string, JsonNode?> _optional = Optional ?? [];

    /// <summary>Reads the arguments.</summary>
    /// <param name="words">The arguments, as <c>name=value</c>.</param>
    /// <param name="virtualHost">Virtual host for objects whose arguments do not include <c>vhost</c>.</param>
    /// <returns>The body of the request and its path.</returns>
    /// <exception cref="AdminUsageException">An argument is unknown, malformed or missing.</exception>
    public (JsonObject Body, string Path) Read(IEnumerable<string> words, string virtualHost)
    {
        var body = new JsonObject();
        foreach ((string name, JsonNode? value) in _optional)
            if (value is not null)
                body[name] = value.DeepClone();
        foreach (string word in words)
            ReadWord(body, word);
        foreach (string names in Mandatory)
            if (!names.Split('|').Any(body.ContainsKey))
                throw new AdminUsageException(
                    $"mandatory argument \"{names.Replace("|", "\" or \"", StringComparison.Ordinal)}\" required");
        if (!Mandatory.Contains(VirtualHost))
            body[VirtualHost] = virtualHost;
        return (body, ApiPath.Of([.. Path.Select(part => Fill(body, part))]));
    }

    private void ReadWord(JsonObject body, string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            throw new AdminUsageException($"Argument \"{word}\" not in format name=value");
        string name = word[..equals], value = word[(equals + 1)..];
        if (!_optional.ContainsKey(name) && !Mandatory.Any(names => names.Split('|').Contains(name)))
            throw new AdminUsageException($"Argument \"{name}\" not recognised");
        body[name] = Json.Contains(name) ? Parse(value) : value;
    }

    private static JsonNode? Parse(string value)
    {
        try
        {
            return JsonNode.Parse(value);
        }
        catch (JsonException)
        {
            throw new CliException(ExitCode.Failure, $"Could not parse JSON:\n  {value}");
        }
    }

    private static string Fill(JsonObject body, string part)
    {
        if (part[0] != '{')
            return part;
        string name = part[1..^1], value = (string?)body[name is "kind" ? "destination_type" : name] ?? "";
        if (value.Length == 0)
            throw new AdminUsageException($"argument \"{name}\" must not be empty");
        return name is "kind" ? value[..1] : value;
    }
}
