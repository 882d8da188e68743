using System.Diagnostics;
using System.Text;
using Amqp.Storage.Files;

namespace Amqp.Storage.Replication;

/// <summary>Brings a follower's files up to date while the leader changes them. Used by one thread.</summary>
/// <remarks>
/// Between two parts of files, all operations until then are sent, except those on files that the follower lacks: see
/// <see cref="CopyPlan"/>. So a part may contain the effects of operations that are sent after it, never the other way round.
/// </remarks>
/// <param name="log">The operations.</param>
/// <param name="files">The files of the leader.</param>
/// <param name="root">Full path of the data directory.</param>
/// <param name="send">Sends an operation to the follower.</param>
/// <param name="beat">Sends a heartbeat if it is time. Called often.</param>
/// <param name="rate">Most bytes of files per second; null for no limit.</param>
internal sealed class FileCopy(ReplicationLog log, IStoreFiles files, string root, FileCopy.Sender send, Action beat, long? rate)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly byte[] _part = new byte[Manifest.PartSize];
    private long _sent;
    private long _position; // in the ring, behind the last operation that was followed
    private long _read; // position up to which the ring was read; the rest of a frame may be missing
    private ulong _last; // number of that operation

    public delegate void Sender(in FileOperation operation);

    /// <summary>Sends everything that a follower lacks, and the operations meanwhile.</summary>
    /// <param name="had">The follower's files.</param>
    /// <returns>Number of the last operation that the follower has, and the position behind it in the ring.</returns>
    /// <exception cref="IOException">A file cannot be read or sent, or the follower was too slow for the ring.</exception>
    public (ulong Last, long Position) Run(Manifest had)
    {
        (_last, _position) = log.End(); // before the files are listed: what changes later is followed
        _read = _position;
        var plan = new CopyPlan(had, Manifest.ListAll(files, root));
        foreach (string folder in ReplicatedFiles.Folders.Where(folder => folder.Length > 0))
            Send(FileOperationKind.CreateDirectory, folder);
        foreach (string path in plan.Superfluous)
            Send(FileOperationKind.Delete, path);
        var frames = new FrameReader(ReadRing);
        Follow(frames, plan);
        while (plan.TryTake(out string path, out var present))
        {
            Copy(frames, plan, path, present);
            Follow(frames, plan); // a renamed file may be missing now
        }
        return (_last, _position);
    }

    private void Copy(FrameReader frames, CopyPlan plan, string path, ManifestFile? had)
    {
        IStoreFile file;
        try
        {
            file = files.Open(Path.Join(root, path), FileAccess.Read);
        }
        catch (FileNotFoundException)
        {
            plan.Abandon(); // it was deleted or renamed; the operation comes
            return;
        }
        using (file)
        {
            long length = file.Length;
            if (length != had?.Length)
                Send(FileOperationKind.Resize, path, length);
            for (long at = 0; at < length; at += Manifest.PartSize)
            {
                Follow(frames, plan);
                if (plan.Current != path)
                    return;
                var part = _part.AsSpan(0, (int)Math.Min(Manifest.PartSize, length - at));
                part = part[..file.Read(part, at)];
                int number = (int)(at / Manifest.PartSize);
                if (part.IsEmpty || (number < had?.Digests.Length && had.Digests[number] == Manifest.DigestOf(part)))
                    continue;
                Send(FileOperationKind.Copy, path, at, part);
                _sent += part.Length;
                Throttle(frames, plan);
            }
        }
    }

    /// <summary>Sends the operations that the leader has done meanwhile.</summary>
    private void Follow(FrameReader frames, CopyPlan plan)
    {
        beat();
        while (frames.TryRead(out var frame))
        {
            var operation = OperationFrame.Read(frame);
            if (plan.IsNeeded(operation, out string? deleted))
                send(operation);
            (_last, _position) = (operation.Number, _position + frame.Length);
            if (deleted is not null)
                Send(FileOperationKind.Delete, deleted);
        }
    }

    /// <summary>Waits until the next part may be sent. Operations are sent meanwhile.</summary>
    private void Throttle(FrameReader frames, CopyPlan plan)
    {
        while (rate is { } most)
        {
            var left = TimeSpan.FromSeconds((double)_sent / most) - Stopwatch.GetElapsedTime(_began);
            if (left <= TimeSpan.Zero || !log.WaitForMore(_position, left))
                return;
            Follow(frames, plan);
        }
    }

    private int ReadRing(Span<byte> target)
    {
        int count = log.Ring.Read(_read, target);
        if (count < 0)
            throw new IOException("the follower was too slow for the ring of operations");
        _read += count;
        return count;
    }

    private void Send(FileOperationKind kind, string path, long offset = 0, ReadOnlySpan<byte> bytes = default) => send(new FileOperation
    {
        Number = _last,
        Epoch = log.Epoch,
        Kind = kind,
        Path = Encoding.UTF8.GetBytes(path),
        Offset = offset,
        Bytes = bytes,
    });
}
