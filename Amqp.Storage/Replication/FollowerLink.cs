using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Amqp.Storage.Files;

namespace Amqp.Storage.Replication;

/// <summary>The link of a follower to its leader: receives the operations, applies them, and answers. Used by one thread.</summary>
/// <param name="store">The files of the follower.</param>
/// <param name="files">The same files, for the manifest.</param>
/// <param name="root">Full path of the data directory.</param>
/// <param name="node">Name of this node.</param>
internal sealed class FollowerLink(FollowerStore store, IStoreFiles files, string root, string node)
{
    private long _heard;

    /// <summary>When the leader was last heard, as a timestamp of this machine; 0 if it was not. Any thread can read it.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>Follows the leader until the stream ends.</summary>
    /// <param name="stream">The connection to the leader, whose certificate has been checked.</param>
    /// <exception cref="InvalidDataException">The leader's epoch is over, or it broke the protocol.</exception>
    /// <exception cref="IOException">The stream has ended, or a file operation failed. The follower connects again.</exception>
    public void Run(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        ulong epoch = reader.ReadUInt64();
        store.Accept(epoch);
        Hear();
        new ReplicaGreeting(node, store.State, store.Last).Write(writer);
        if (!reader.ReadBoolean())
        {
            store.BeginCopy();
            Manifest.Of(files, root).Write(writer);
        }
        (ulong durable, long heartbeat, bool isComplete) = (0, 0, false);
        Span<byte> answer = stackalloc byte[sizeof(ulong) + sizeof(long)];
        var frames = new FrameReader(target => stream.Read(target));
        while (frames.TryRead(out var frame))
        {
            Hear();
            var operation = OperationFrame.Read(frame);
            if (operation.Kind == FileOperationKind.Heartbeat)
            {
                heartbeat = operation.Offset;
                if (!isComplete)
                    continue; // the first answer says that the files are complete
            }
            else if (store.Apply(operation, frame))
            {
                (durable, isComplete) = (operation.Number, true);
            }
            else
            {
                continue;
            }
            BinaryPrimitives.WriteUInt64LittleEndian(answer, durable);
            BinaryPrimitives.WriteInt64LittleEndian(answer[sizeof(ulong)..], heartbeat);
            stream.Write(answer);
            stream.Flush();
        }
        throw new EndOfStreamException("the leader has closed the link");
    }

    private void Hear() => Volatile.Write(ref _heard, Stopwatch.GetTimestamp());
}
