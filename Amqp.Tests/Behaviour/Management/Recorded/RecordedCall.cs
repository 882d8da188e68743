using System.Text.RegularExpressions;

namespace Amqp.Tests.Behaviour.Management.Recorded;

/// <summary>One line of a file of calls: <c>[as user:password] METHOD /path [body]</c>, or <c>pause</c>.</summary>
/// <param name="Text">The line itself.</param>
/// <param name="Login">Who asks; without a name, nobody.</param>
/// <param name="Method">HTTP's.</param>
/// <param name="Path">Behind <c>/api</c>.</param>
/// <param name="Body">As it is sent, or null.</param>
internal sealed partial record RecordedCall(string Text, string Login, string Method, string Path, string? Body)
{
    /// <summary>RabbitMQ shows what has changed some seconds later.</summary>
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
