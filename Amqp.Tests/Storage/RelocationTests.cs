using Amqp.Storage.Blocks;
using Amqp.Storage.Compaction;

namespace Amqp.Tests.Storage;

/// <summary>When a segment is compacted, each block in memory gets the new file offsets of its pieces.</summary>
public sealed class RelocationTests
{
    [Test]
    public void Each_byte_that_is_left_is_found_where_it_went_and_no_other([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        var relocation = new Relocation();
        var moved = new Dictionary<long, long>();
        long from = 16, to = 16;
        for (int record = 0; record < 60; record++)
        {
            int length = random.Next(1, 8);
            if (random.Next(2) == 0)
            {
                relocation.Add(from, to, length);
                for (int i = 0; i < length; i++)
                    moved.Add(from + i, to + i);
                to += length;
            }
            from += length;
        }
        BlockPiece[] before = [new(0, 16, 40), new(40, 60, 1), new(41, 61, 70), new(111, 200, 500)];

        BlockPiece[] after = relocation.Apply(before);

        var expected = new Dictionary<int, long>();
        foreach (BlockPiece piece in before)
            for (int i = 0; i < piece.Length; i++)
                if (moved.TryGetValue(piece.FileOffset + i, out long now))
                    expected.Add(piece.Offset + i, now);
        var found = new Dictionary<int, long>();
        foreach (BlockPiece piece in after)
        {
            Assert.That(piece.Length, Is.Positive);
            for (int i = 0; i < piece.Length; i++)
                found.Add(piece.Offset + i, piece.FileOffset + i);
        }
        Assert.That(found, Is.EquivalentTo(expected));
    }

    [Test]
    public void Records_that_stay_beside_one_another_are_one_piece()
    {
        var relocation = new Relocation();
        relocation.Add(100, 16, 10);
        relocation.Add(110, 26, 10);
        relocation.Add(130, 36, 10);

        Assert.That(
            relocation.Apply([new BlockPiece(0, 100, 40)]),
            Is.EqualTo(new[] { new BlockPiece(0, 16, 20), new BlockPiece(30, 36, 10) }));
    }
}
