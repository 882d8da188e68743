using Amqp.Storage.Records;

namespace Amqp.Tests.Storage;

public sealed class Crc32CTests
{
    [Test]
    public void Any_length_gives_what_the_definition_gives()
    {
        byte[] bytes = new byte[5_000];
        new Random(1).NextBytes(bytes);
        foreach (int length in Enumerable.Range(0, 1_700).Append(5_000))
            Assert.That(Crc32C.Of(bytes.AsSpan(0, length)), Is.EqualTo(BitByBit(bytes.AsSpan(0, length))), $"{length} bytes");
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }
}
