using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Tests.Cli;

/// <summary>Definitions that are too large for a single request are sent in several requests.</summary>
public sealed class DefinitionPiecesTests
{
    private const string Small = """{"queues":["q"],"vhosts":["v"]}""";

    [TestCase(0)]
    [TestCase(1)]
    public void What_a_broker_takes_at_once_stays_whole(int room) =>
        Assert.That(Pieces(JsonNode.Parse(Small)!.AsObject(), Small.Length + room), Is.EqualTo(new[] { Small }));

    [Test]
    public void What_is_larger_is_cut_in_an_order_in_which_one_part_needs_those_before_it() =>
        Assert.That(
            Pieces(JsonNode.Parse(Small)!.AsObject(), Small.Length - 1),
            Is.EqualTo(new[] { """{"vhosts":["v"]}""", """{"queues":["q"]}""" }));

    [TestCase(999, "999")]
    [TestCase(1000, "1000")]
    [TestCase(1001, "1000 1")]
    [TestCase(2001, "1000 1000 1")]
    public void A_piece_holds_a_thousand_of_a_kind_and_all_of_them_are_in_one(int count, string sizes)
    {
        var definitions = new JsonObject { ["queues"] = new JsonArray([.. Enumerable.Range(0, count).Select(number => (JsonNode)number)]) };

        JsonArray[] pieces = [.. DefinitionUpload.Pieces(definitions, 1).Select(piece => piece["queues"]!.AsArray())];

        Assert.That(string.Join(' ', pieces.Select(piece => piece.Count)), Is.EqualTo(sizes));
        Assert.That(pieces.SelectMany(piece => piece).Select(number => number!.GetValue<int>()), Is.EqualTo(Enumerable.Range(0, count)));
    }

    private static IEnumerable<string> Pieces(JsonObject definitions, int mostBytes) =>
        DefinitionUpload.Pieces(definitions, mostBytes).Select(piece => piece.ToJsonString());
}
