using System.Text.RegularExpressions;

namespace Amqp.Tests.Behaviour.Management.Recorded;

/// <summary>One line of a file of calls: <c>[as user:password] METHOD /path [body]</c>, or <c>pause</c>.</summary>
/// <param name="Text">The line as it is in the file.</param>
/// <param name="Login">User and password of the request, separated by a colon. The user is empty if the request has no login.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path after <c>/api</c>.</param>
/// <param name="Body">Request body, or null.</param>
internal sealed partial record RecordedCall(string Text, string Login, string Method, string Path, string? Body)
{
    /// <summary>True for the line <c>pause</c>, at which the test waits until RabbitMQ shows earlier changes.</summary>
    public bool IsPause => Method == "pause";

    public static IEnumerable<RecordedCall> ReadFile(string path) =>
        File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(Parse);

    private static RecordedCall Parse(string line)
    {
        if (line == "pause")
            return new RecordedCall(line, "", line, "", null);
        var parts = Line().Match(line);
        Assert.That(parts.Success, line);
        return new RecordedCall(
            line, parts.Groups["login"] is { Success: true } login ? login.Value : "guest:guest",
            parts.Groups["method"].Value, parts.Groups["path"].Value, parts.Groups["body"] is { Success: true } body ? body.Value : null);
    }

    [GeneratedRegex(@"^(as (?<login>\S+) )?(?<method>[A-Z]+) (?<path>/\S*)( (?<body>.*))?$")]
    private static partial Regex Line();
}
