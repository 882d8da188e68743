using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>One run of a verb: its arguments, a client of the broker, standard output and standard error.</summary>
internal sealed class CtlCall(CtlInput input, CtlVerb verb, ApiClient client, TextWriter output, TextWriter error)
{
    private bool _isAnswered;

    public CtlInput Input => input;

    public CtlVerb Verb => verb;

    public ApiClient Client => client;

    public TextWriter Output
    {
        get
        {
            _isAnswered = true;
            return output;
        }
    }

    /// <summary>Standard error. Receives warnings, after which the verb continues.</summary>
    public TextWriter Error => error;

    /// <summary>True if the verb must print JSON.</summary>
    public bool IsForProgram => input.Formatter == "json";

    /// <summary>Name of the node in printed texts: the value of <c>-n</c>, or RabbitMQ's default.</summary>
    public string Node { get; } = input.Option("node") ?? $"rabbit@{Environment.MachineName}";

    /// <summary>The virtual host: the value of <c>-p</c>, or the virtual host of the login.</summary>
    public string VirtualHost { get; } = input.VirtualHost ?? client.Login.VirtualHost;

    /// <summary>Returns an argument by its position, from 0.</summary>
    public string this[int index] => input.Arguments[index];

    /// <summary>Time limit of the verb: the option <c>--timeout</c>, or else the verb's default. Infinite if neither is set.</summary>
    public TimeSpan Timeout =>
        input.Option("timeout") is { } text ? LoginSettings.ParseTimeout(text) ?? System.Threading.Timeout.InfiniteTimeSpan
            : verb.Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Announces to a human user what the verb is about to do. Call before any request that changes the broker's state.</summary>
    /// <exception cref="DryRunException">The option <c>--dry-run</c> is set.</exception>
    public void Announce(string text)
    {
        if (!input.IsQuiet && input.Formatter is not ("json" or "csv"))
            output.WriteLine(text);
        if (input.Has("dry-run"))
            throw new DryRunException();
    }

    /// <summary>Prints the verb's result.</summary>
    /// <param name="text">Result as plain text.</param>
    /// <param name="fields">Result as JSON. If null, the verb prints a JSON object with the text in the field <c>message</c>.</param>
    public void Say(string text, JsonObject? fields = null) =>
        Output.WriteLine(IsForProgram ? (fields ?? new() { ["message"] = text }).ToText() : text);

    /// <summary>Prints the value that the verb returns.</summary>
    public void SayValue(string value) => Say(value, new() { ["node"] = Node, ["result"] = "ok", ["value"] = value });

    /// <summary>Ends a successful verb. If the verb printed nothing and JSON is requested, prints an object that reports success.</summary>
    public void End()
    {
        if (IsForProgram && !_isAnswered && !verb.IsMute)
            Say("", new() { ["node"] = Node, ["result"] = "ok" });
    }

    /// <summary>Gets a resource; null if it does not exist.</summary>
    public async Task<JsonElement?> FindAsync(string path)
    {
        ApiAnswer answer = await client.AskAsync(HttpMethod.Get, path);
        return answer.IsSuccess ? answer.Json : answer.Status == HttpStatusCode.NotFound ? null : throw Refused(answer);
    }

    /// <summary>Gets a resource that must exist.</summary>
    public async Task<JsonElement> GetAsync(string path) =>
        await FindAsync(path) ?? throw CtlException.Error(ExitCode.Unavailable, "not_found");

    /// <summary>Gets a list of resources; empty if the virtual host does not exist.</summary>
    public async Task<JsonElement[]> ListAsync(string path) => await FindAsync(path) is { } list ? [.. list.EnumerateArray()] : [];

    /// <summary>Sends a request that must succeed.</summary>
    public async Task SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        ApiAnswer answer = await client.AskAsync(method, path, body?.ToJsonString());
        if (!answer.IsSuccess)
            throw Refused(answer);
    }

    /// <summary>Deletes a resource.</summary>
    /// <param name="path">Path of the resource.</param>
    /// <param name="missing">Thrown if the resource does not exist.</param>
    /// <param name="kept">Thrown if the resource is protected; null to throw an exception with the broker's reason.</param>
    public Task DeleteAsync(string path, CtlException missing, CtlException? kept = null) =>
        ChangeAsync(HttpMethod.Delete, path, missing, kept);

    /// <summary>Changes a resource that must exist.</summary>
    /// <inheritdoc cref="DeleteAsync"/>
    public async Task ChangeAsync(HttpMethod method, string path, CtlException missing, CtlException? kept = null)
    {
        ApiAnswer answer = await client.AskAsync(method, path);
        if (answer.IsSuccess)
            return;
        throw answer.Status switch
        {
            HttpStatusCode.NotFound => missing,
            HttpStatusCode.PreconditionFailed when kept is not null => kept,
            _ => Refused(answer),
        };
    }

    public async Task DemandVirtualHostAsync()
    {
        // A user who is not an administrator may get another error here. This error is ignored, because the next request reports it.
        ApiAnswer answer = await client.AskAsync(HttpMethod.Get, ApiPath.Of("vhosts", VirtualHost));
        if (answer.Status == HttpStatusCode.NotFound)
            throw CtlException.NoVirtualHost(VirtualHost);
    }

    public async Task<JsonElement> DemandUserAsync(string user) =>
        await FindAsync(ApiPath.Of("users", user)) ?? throw CtlException.NoUser(user);

    /// <summary>Parses an argument as JSON.</summary>
    public static JsonNode? ParseJson(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            throw CtlException.NotJson();
        }
    }

    /// <summary>Returns the integer value of an option, or the default if the option is not given.</summary>
    public int Number(string option, int otherwise) =>
        input.Option(option) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
        : throw CtlException.Usage(input, verb, $"Invalid options for this command:\n--{option} : {text}");

    /// <summary>Returns the exception for a response with an error status.</summary>
    public CliException Refused(ApiAnswer answer) => answer.Status == HttpStatusCode.BadRequest
        ? CtlException.Error(ExitCode.Unavailable, answer.Reason)
        : ApiFailure.Of(client.Login, answer, $"resource for {verb.Name} in this broker");
}
