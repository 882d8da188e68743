using System.Text.RegularExpressions;
using Amqp.Protocol;
using Amqp.Server;
using Amqp.Storage;

namespace Amqp.Tests.Architecture;

/// <summary>
/// The rooms (groups of namespaces) in docs/architecture.md are in order: the code of each room uses only the rooms below it.
/// </summary>
public sealed partial class RoomOrderTests
{
    private const string Server = "Amqp.Server.";

    private static readonly CompiledReferences _references = new(
        new[] { typeof(Frame), typeof(IMessageStore), typeof(BrokerCommandLine) }.Select(type => type.Assembly.Location));

    /// <summary>Maps the namespace of each room to the room's row in the document's table. Row 0 is the uppermost room.</summary>
    private static readonly Dictionary<string, int> _places = Room().Matches(Table()).Select(row => row.Groups["name"].Value)
        .Select((name, place) => (Name: name.StartsWith("Amqp.", StringComparison.Ordinal) ? name : Server + name, Place: place))
        .ToDictionary(room => room.Name, room => room.Place);

    [Test]
    public void Every_namespace_is_a_room_of_the_documentation() =>
        Assert.That(_references.Namespaces.Where(IsOurs), Is.EquivalentTo(_places.Keys));

    [Test]
    public void No_room_uses_one_above_it() => Assert.That(string.Join('\n', Upward()), Is.Empty);

    private static IEnumerable<string> Upward() =>
        from pair in _references.Pairs
        where IsOurs(pair.From) && IsOurs(pair.To) && PlaceOf(pair.To) < PlaceOf(pair.From)
        let line = $"{Short(pair.From)} -> {Short(pair.To)}"
        orderby line
        select line;

    private static bool IsOurs(string name) => name.StartsWith("Amqp.", StringComparison.Ordinal);

    private static int PlaceOf(string type) => _places[type[..type.LastIndexOf('.')]];

    private static string Short(string type) => type.StartsWith(Server, StringComparison.Ordinal) ? type[Server.Length..] : type;

    /// <summary>Returns the section "Rooms" of the document, without its heading.</summary>
    private static string Table() =>
        File.ReadAllText(Path.Combine(SourceTree.Root, "docs/architecture.md")).Split("\n## Rooms\n")[1].Split("\n## ")[0];

    [GeneratedRegex("^\\| `(?<name>[^`]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Room();
}
