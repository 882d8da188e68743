using Amqp.Storage.Replication;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Storage;

/// <summary>Operations arrive at a follower as the leader sent them, or not at all.</summary>
public sealed class OperationStreamTests
{
    [Test]
    public void A_frame_gives_back_its_operation() => Prop
        .ForAll<ulong, byte[], byte[]>((number, path, bytes) =>
        {
            byte[] frame = Frame(number, path, bytes);
            var read = OperationFrame.Read(frame);
            return OperationFrame.ReadSize(frame) == frame.Length && OperationFrame.ReadNumber(frame) == number
                && read.Number == number && read.Epoch == ~number && read.Kind == FileOperationKind.Write
                && read.Offset == (long)number / 2 && read.Path.SequenceEqual(path) && read.Bytes.SequenceEqual(bytes);
        })
        .QuickCheckThrowOnFailure();

    [Test]
    public void A_frame_with_a_changed_bit_is_refused()
    {
        byte[] frame = Frame(7, "segments/1.log"u8.ToArray(), [1, 2, 3, 4]);
        for (int bit = 8 * sizeof(uint); bit < 8 * frame.Length; bit++)
        {
            frame[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.That(() => OperationFrame.Read(frame).Number, Throws.TypeOf<InvalidDataException>(), $"bit {bit}");
            frame[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [TestCase(0u)]
    [TestCase(10u)]
    [TestCase(uint.MaxValue)]
    public void A_frame_of_an_impossible_size_is_refused(uint length) =>
        Assert.That(() => OperationFrame.ReadSize(BitConverter.GetBytes(length)), Throws.TypeOf<InvalidDataException>());

    /// <summary>The reader gets the bytes in pieces of any size, and asks again when it has none.</summary>
    [Test]
    public void Frames_are_whole_however_their_bytes_come()
    {
        var random = new Random(3);
        byte[][] frames =
            [.. Enumerable.Range(0, 300).Select(i => Frame((ulong)i, new byte[random.Next(30)], new byte[random.Next(200_000)]))];
        byte[] stream = [.. frames.SelectMany(frame => frame)];
        int at = 0;
        var reader = new FrameReader(target =>
        {
            int count = random.Next(4) == 0 ? 0 : Math.Min(random.Next(1, 100_000), Math.Min(target.Length, stream.Length - at));
            stream.AsSpan(at, count).CopyTo(target);
            at += count;
            return count;
        });
        int read = 0;
        while (read < frames.Length)
            if (reader.TryRead(out var frame))
                Assert.That(frame.SequenceEqual(frames[read++]));
    }

    [Test]
    public void A_ring_gives_back_its_newest_bytes_and_says_when_older_ones_are_gone()
    {
        var random = new Random(5);
        var ring = new OperationRing(1000);
        var all = new List<byte>();
        for (int i = 0; i < 3_000; i++)
        {
            byte[] first = new byte[random.Next(250)], second = new byte[random.Next(250)];
            random.NextBytes(first);
            random.NextBytes(second);
            ring.Append(first, second);
            all.AddRange(first);
            all.AddRange(second);
            long position = random.Next(Math.Max(0, all.Count - 1200), all.Count + 1);
            byte[] target = new byte[random.Next(1, 1200)];

            int count = ring.Read(position, target);

            if (position < all.Count - 1000)
                Assert.That(count, Is.EqualTo(-1));
            else
                Assert.That(target.Take(count), Is.EqualTo(all.Skip((int)position).Take(target.Length)));
        }
    }

    [Test]
    public async Task A_reader_of_the_ring_never_gets_bytes_that_were_overwritten_meanwhile()
    {
        var ring = new OperationRing(4096);
        using var stopped = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var writing = Task.Run(() =>
        {
            byte[] bytes = new byte[sizeof(long) * 16];
            for (long number = 0; !stopped.IsCancellationRequested; number += 16)
            {
                for (int i = 0; i < 16; i++)
                    BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(long)), number + i);
                ring.Append(bytes.AsSpan(0, 40), bytes.AsSpan(40));
            }
        });
        byte[] target = new byte[1024];
        long position = 0;
        int read = 0;
        while (!writing.IsCompleted)
        {
            int count = ring.Read(position, target);
            if (count < 0)
            {
                position = (ring.Start + 127) / 128 * 128;
                continue;
            }
            for (int at = 0; at + sizeof(long) <= count; at += sizeof(long))
                Assert.That(BitConverter.ToInt64(target, at), Is.EqualTo((position + at) / sizeof(long)));
            position += count / sizeof(long) * sizeof(long);
            read++;
        }
        await writing;
        Assert.That(read, Is.GreaterThan(0));
    }

    private static byte[] Frame(ulong number, byte[] path, byte[] bytes)
    {
        var operation = new FileOperation
        {
            Number = number,
            Epoch = ~number,
            Kind = FileOperationKind.Write,
            Path = path,
            Offset = (long)number / 2,
            Bytes = bytes,
        };
        byte[] frame = new byte[OperationFrame.SizeOf(operation)];
        bytes.CopyTo(frame, OperationFrame.WriteStart(operation, frame));
        return frame;
    }
}
