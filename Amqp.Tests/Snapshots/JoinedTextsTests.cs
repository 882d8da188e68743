using Amqp.Server.Snapshots;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Snapshots;

/// <summary>A search in the joined texts finds the rows in which a search of each text finds the part.</summary>
public sealed class JoinedTextsTests
{
    /// <summary>Short texts of few characters, so that parts are often found, and often reach from one text into the next.</summary>
    private static Gen<string?> Texts { get; } = Gen.Frequency<string?>(
        (8, Gen.Elements('a', 'B', 'b', '.', 'é', 'É', 'ß', '\0', '\ud83d', '\ude00').ArrayOf().Select(text => (string?)new string(text))),
        (1, Gen.Constant<string?>(null)));

    [Test]
    public void Rows_are_found_as_by_a_search_of_each_text() => Prop
        .ForAll(
            Texts.ArrayOf().ToArbitrary(), Texts.Where(part => part is { Length: > 0 and < 4 }).ToArbitrary(),
            (texts, part) => Rows(new JoinedTexts(texts).Find(part!), texts.Length).SequenceEqual(
                Enumerable.Range(0, texts.Length).Where(row => texts[row]?.Contains(part!, StringComparison.OrdinalIgnoreCase) == true)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static IEnumerable<int> Rows(ulong[] found, int count) =>
        Enumerable.Range(0, count).Where(row => (found[row / 64] & (1UL << (row % 64))) != 0);
}
