using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Admin;

/// <summary>The execution of one command of <c>rabbitmqadmin</c>.</summary>
/// <param name="options">The options.</param>
/// <param name="words">The words after the command.</param>
/// <param name="client">A client of the broker.</param>
/// <param name="output">Standard output.</param>
internal sealed class AdminCall(AdminOptions options, IReadOnlyList<string> words, ApiClient client, TextWriter output)
{
    public AdminOptions Options => options;

    public IReadOnlyList<string> Words => words;

    public TextWriter Output => output;

    /// <summary>Virtual host of objects that the command creates or changes.</summary>
    public string VirtualHost => options.VirtualHost ?? client.Login.VirtualHost;

    /// <summary>Returns the only word after the command.</summary>
    /// <exception cref="AdminUsageException">There is no word, or there are several.</exception>
    public string OnlyWord => words.Count == 1 ? words[0] : throw new AdminUsageException("Exactly one argument required");

    /// <summary>Prints a text about success, unless the option <c>--quiet</c> is set.</summary>
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
    /// <exception cref="CliException">The broker refused the request, with <c>rabbitmqadmin</c>'s text.</exception>
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

    /// <summary>Returns the reason as it is sent: like the script, this command does not decode HTML.</summary>
    private static string Reason(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("reason", out JsonElement reason) ? reason.ToString() : "";
}
