using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Admin;

/// <summary>One run of a <c>rabbitmqadmin</c> command.</summary>
/// <param name="options">The options.</param>
/// <param name="words">The command's arguments.</param>
/// <param name="client">A client of the broker.</param>
/// <param name="output">Standard output.</param>
internal sealed class AdminCall(AdminOptions options, IReadOnlyList<string> words, ApiClient client, TextWriter output)
{
    public AdminOptions Options => options;

    public IReadOnlyList<string> Words => words;

    public TextWriter Output => output;

    /// <summary>Virtual host in which the command creates or changes objects.</summary>
    public string VirtualHost => options.VirtualHost ?? client.Login.VirtualHost;

    /// <summary>Returns the command's only argument.</summary>
    /// <exception cref="AdminUsageException">The command has no argument, or several.</exception>
    public string OnlyWord => words.Count == 1 ? words[0] : throw new AdminUsageException("Exactly one argument required");

    /// <summary>Prints the result, unless the option <c>--quiet</c> is set.</summary>
    public void Say(string text)
    {
        if (!options.IsQuiet)
            output.WriteLine(text);
    }

    /// <summary>Sends a request that must succeed.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path below <c>/api/</c>.</param>
    /// <param name="body">JSON; null for no body.</param>
    /// <returns>The body of the response; undefined if there is none.</returns>
    /// <exception cref="CliException">The broker refused the request. The message is <c>rabbitmqadmin</c>'s.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        ApiAnswer answer = await client.AskAsync(method, path, body?.ToText());
        return answer.IsSuccess ? answer.Json : throw new CliException(ExitCode.Failure, answer.Status switch
        {
            HttpStatusCode.BadRequest => Reason(answer.Json),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"Access refused: /api/{path}",
            HttpStatusCode.NotFound => $"Not found: /api/{path}",
            _ => $"Received {(int)answer.Status} {answer.Status} for path /api/{path}\n{answer.Reason}",
        });
    }

    /// <summary>Returns the broker's reason without decoding its HTML entities, as <c>rabbitmqadmin</c> does.</summary>
    private static string Reason(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("reason", out JsonElement reason) ? reason.ToString() : "";
}
