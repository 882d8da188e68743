using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>One verb being done: its arguments, the broker, where to print.</summary>
/// <param name="input">The command line.</param>
/// <param name="verb">The verb.</param>
/// <param name="client">The broker.</param>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
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

    /// <summary>For warnings: what is said there does not keep the verb from being done.</summary>
    public TextWriter Error => error;

    /// <summary>Whether the output is read by a program.</summary>
    public bool IsForProgram => input.Formatter == "json";

    /// <summary>The node's name for the texts: what <c>-n</c> says, or RabbitMQ's default.</summary>
    public string Node { get; } = input.Option("node") ?? $"rabbit@{Environment.MachineName}";

    /// <summary>The virtual host that is meant.</summary>
    public string VirtualHost { get; } = input.VirtualHost ?? client.Login.VirtualHost;

    /// <summary>An argument by its position.</summary>
    public string this[int index] => input.Arguments[index];

    /// <summary>Seconds it may take; infinite when neither the verb nor the user says.</summary>
    public TimeSpan Timeout => input.Option("timeout") is { } text ? LoginSettings.ParseTimeout(text) ?? System.Threading.Timeout.InfiniteTimeSpan
        : verb.Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Says what is about to be done, unless it should be quiet or the output is for a program. To be called before the broker is asked to change anything.</summary>
    /// <exception cref="DryRunException">Saying it was all that is wanted.</exception>
    public void Announce(string text)
    {
        if (!input.IsQuiet && input.Formatter is not ("json" or "csv"))
            output.WriteLine(text);
        if (input.Has("dry-run"))
            throw new DryRunException();
    }

    /// <summary>Prints what came of it.</summary>
    /// <param name="text">In words.</param>
    /// <param name="fields">The same for programs; the words as a message when there are none.</param>
    public void Say(string text, Dictionary<string, object?>? fields = null) =>
        Output.WriteLine(IsForProgram ? CtlJson.Of(fields ?? new() { ["message"] = text }) : text);

    /// <summary>Prints what was asked for.</summary>
    public void SayValue(string value) => Say(value, new() { ["node"] = Node, ["result"] = "ok", ["value"] = value });

    /// <summary>Ends a verb that has come through: a program is told even when there is nothing to say.</summary>
    public void End()
    {
        if (IsForProgram && !_isAnswered && !verb.IsMute)
            Say("", new() { ["node"] = Node, ["result"] = "ok" });
    }

    /// <summary>Gets something; null when it is not there.</summary>
    public async Task<JsonElement?> FindAsync(string path)
    {
        ApiAnswer answer = await client.AskAsync(HttpMethod.Get, path);
        return answer.IsSuccess ? answer.Json : answer.Status == HttpStatusCode.NotFound ? null : throw Refused(answer);
    }

    /// <summary>Gets something that is there.</summary>
    public async Task<JsonElement> GetAsync(string path) => await FindAsync(path) ?? throw CtlException.Error(ExitCode.Unavailable, "not_found");

    /// <summary>Gets a list; of a virtual host that is not there it is empty.</summary>
    public async Task<JsonElement[]> ListAsync(string path) => await FindAsync(path) is { } list ? [.. list.EnumerateArray()] : [];

    /// <summary>Sends something that shall succeed.</summary>
    public async Task SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        ApiAnswer answer = await client.AskAsync(method, path, body?.ToJsonString());
        if (!answer.IsSuccess)
            throw Refused(answer);
    }

    /// <summary>Deletes something.</summary>
    /// <param name="path">What.</param>
    /// <param name="missing">What to fail with when it is not there.</param>
    /// <param name="kept">What to fail with when it is protected; what the broker says unless given.</param>
    public Task DeleteAsync(string path, CtlException missing, CtlException? kept = null) => ChangeAsync(HttpMethod.Delete, path, missing, kept);

    /// <summary>Changes something that is there.</summary>
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
        // Only administrators are told. Others hear of it by what their request is answered.
        ApiAnswer answer = await client.AskAsync(HttpMethod.Get, ApiPath.Of("vhosts", VirtualHost));
        if (answer.Status == HttpStatusCode.NotFound)
            throw CtlException.NoVirtualHost(VirtualHost);
    }

    public async Task<JsonElement> DemandUserAsync(string user) => await FindAsync(ApiPath.Of("users", user)) ?? throw CtlException.NoUser(user);

    /// <summary>JSON of an argument.</summary>
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

    /// <summary>A whole number of an option.</summary>
    public int Number(string option, int otherwise) =>
        input.Option(option) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
        : throw CtlException.Usage(input, verb, $"Invalid options for this command:\n--{option} : {text}");

    /// <summary>What the broker's refusal is here.</summary>
    public CliException Refused(ApiAnswer answer) => answer.Status == HttpStatusCode.BadRequest
        ? CtlException.Error(ExitCode.Unavailable, answer.Reason)
        : ApiFailure.Of(client.Login, answer, $"resource for {verb.Name} in this broker");
}
