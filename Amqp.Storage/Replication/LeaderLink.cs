using System.Diagnostics;
using System.Text;
using Amqp.Storage.Files;

namespace Amqp.Storage.Replication;

/// <summary>The link of a leader to one follower: sends the operations and reads the answers.</summary>
/// <remarks>
/// A follower whose last operation is still in the ring goes on from there. Any other one first gets the files, or parts of files, that it
/// lacks, while the leader serves. One thread sends, and one reads the answers.
/// </remarks>
internal sealed class LeaderLink
{
    private readonly ReplicationLog _log;
    private readonly FileCopy _copy;
    private readonly Stream _stream;
    private readonly ReplicationOptions _options;
    private readonly byte[] _chunk = new byte[256 << 10];
    private Replica? _replica;
    private long _lastBeat;

    /// <param name="log">The operations.</param>
    /// <param name="files">The files of the leader.</param>
    /// <param name="root">Full path of the data directory.</param>
    /// <param name="stream">The connection to the follower, whose certificate has been checked.</param>
    /// <param name="options">Limits.</param>
    public LeaderLink(ReplicationLog log, IStoreFiles files, string root, Stream stream, ReplicationOptions options)
    {
        (_log, _stream, _options) = (log, stream, options);
        _copy = new FileCopy(log, files, root, Send, BeatIfDue, options.CatchUpRate);
    }

    /// <summary>Serves the follower until the stream ends. Then the follower is no longer in the in-sync set.</summary>
    /// <exception cref="InvalidDataException">The follower broke the protocol.</exception>
    /// <exception cref="IOException">The stream has ended or failed, or the follower was too slow for the ring.</exception>
    public void Run()
    {
        using var writer = new BinaryWriter(_stream, Encoding.UTF8, leaveOpen: true);
        using var reader = new BinaryReader(_stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(_log.Epoch);
        writer.Flush();
        var greeting = ReplicaGreeting.Read(reader);
        _replica = new Replica(greeting.Node, _stream.Dispose);
        long? position = greeting.State.IsComplete ? _log.PositionAfter(greeting.Last) : null;
        if (position is null)
            _log.InSync.Expel(greeting.Node); // before the follower changes its files
        writer.Write(position is not null);
        writer.Flush();
        ulong last = greeting.Last.Number;
        var answers = new Thread(() => ReadAnswers(reader)) { IsBackground = true, Name = $"Replica {greeting.Node}" };
        try
        {
            if (position is null)
            {
                var had = Manifest.Read(reader);
                answers.Start();
                (last, position) = _copy.Run(had);
            }
            else
            {
                answers.Start();
            }
            Complete(last, position.Value);
            Stream(position.Value);
        }
        finally
        {
            _stream.Dispose();
            _log.InSync.Leave(_replica);
        }
    }

    /// <summary>Makes the follower sync everything. With its answer it joins the in-sync set.</summary>
    private void Complete(ulong last, long position)
    {
        _log.InSync.NoteSent(_replica!, position);
        Send(new FileOperation { Number = last, Epoch = _log.Epoch, Kind = FileOperationKind.Complete });
    }

    /// <summary>Reads the answers. The first is that of the complete copy, so the follower joins the in-sync set.</summary>
    private void ReadAnswers(BinaryReader reader)
    {
        try
        {
            for (bool isJoined = false; ; isJoined = true)
            {
                _log.InSync.NoteAnswer(_replica!, reader.ReadUInt64(), reader.ReadInt64());
                if (isJoined)
                    continue;
                _log.InSync.Join(_replica!);
                if (_stream.CanTimeout)
                    _stream.ReadTimeout = (int)_options.ReplicaTimeout.TotalMilliseconds; // heartbeats are answered from now on
            }
        }
        catch (Exception) // whatever it is, the link is over, and the thread that sends reports why
        {
            _stream.Dispose();
            _log.InSync.Leave(_replica!); // wakes the thread that sends
        }
    }

    private void Stream(long position)
    {
        bool isWhole = true; // the ring ends with a whole operation, but a full chunk may not
        while (_log.WaitForMore(position, _options.HeartbeatInterval, _replica))
        {
            if (isWhole)
                BeatIfDue();
            int count = _log.Ring.Read(position, _chunk);
            if (count < 0)
                throw new IOException("the follower was too slow for the ring of operations");
            isWhole = count < _chunk.Length;
            if (count == 0)
                continue;
            _stream.Write(_chunk, 0, count);
            _stream.Flush();
            position += count;
            _log.InSync.NoteSent(_replica!, position);
        }
        throw new IOException("the follower has closed the link, or the replication has ended");
    }

    /// <summary>Sends a heartbeat, unless one was sent a short time ago. Only between whole operations.</summary>
    private void BeatIfDue()
    {
        long now = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(_lastBeat, now) < _options.HeartbeatInterval)
            return;
        _lastBeat = now;
        Send(new FileOperation { Number = 0, Epoch = _log.Epoch, Kind = FileOperationKind.Heartbeat, Offset = now });
    }

    private void Send(in FileOperation operation)
    {
        Span<byte> start = stackalloc byte[OperationFrame.HeaderSize + operation.Path.Length];
        OperationFrame.WriteStart(operation, start);
        _stream.Write(start);
        if (!operation.Bytes.IsEmpty)
            _stream.Write(operation.Bytes);
        _stream.Flush();
    }
}
