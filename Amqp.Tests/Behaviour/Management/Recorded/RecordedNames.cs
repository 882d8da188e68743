namespace Amqp.Tests.Behaviour.Management.Recorded;

/// <summary>
/// The names that replace the placeholders in recorded calls. Each run of the test has its own names, so that runs do not interfere.
/// </summary>
internal sealed class RecordedNames
{
    private readonly List<(string Placeholder, string Name)> _names;

    /// <param name="node">The name of the node in responses of the HTTP API.</param>
    public RecordedNames(string node)
    {
        string run = Guid.NewGuid().ToString("N")[..8];
        _names =
        [
            ("{v}", $"rv-{run}"), ("{w}", $"rw-{run}"), ("{u}", $"ru-{run}"), ("{g}", $"rg-{run}"), ("{none}", $"rnone-{run}"),
            ("{node}", node), ("{long}", new string('l', 256)),
        ];
    }

    /// <summary>Paths of the objects that a run creates, with placeholders. The test deletes these objects after the run.</summary>
    public static IReadOnlyList<string> Leftovers { get; } =
        ["/vhosts/{v}", "/vhosts/{w}", "/users/{u}", "/users/{none}", "/global-parameters/{g}"];

    public string Insert(string text) =>
        _names.Aggregate(text, (result, entry) => result.Replace(entry.Placeholder, entry.Name, StringComparison.Ordinal));

    public string Remove(string text) =>
        _names.Aggregate(text, (result, entry) => result.Replace(entry.Name, entry.Placeholder, StringComparison.Ordinal));
}
