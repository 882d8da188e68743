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
    private readonly byte[] _chunk = new byte[256 << 10];
    private Replica? _replica;

    /// <param name="log">The operations.</param>
    /// <param name="files">The files of the leader.</param>
    /// <param name="root">Full path of the data directory.</param>
    /// <param name="stream">The connection to the follower, whose certificate has been checked.</param>
    /// <param name="options">Limits.</param>
    public LeaderLink(ReplicationLog log, IStoreFiles files, string root, Stream stream, ReplicationOptions options)
    {
        (_log, _stream) = (log, stream);
        _copy = new FileCopy(log, files, root, Send, options.CatchUpRate);
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
        bool continues = CanContinue(greeting);
        writer.Write(continues);
        writer.Flush();
        long position = greeting.Position;
        ulong last = greeting.Last;
        var answers = new Thread(() => ReadAnswers(reader)) { IsBackground = true, Name = $"Replica {greeting.Node}" };
        try
        {
            if (!continues)
            {
                var had = Manifest.Read(reader);
                answers.Start();
                (last, position) = _copy.Run(had);
            }
            else
            {
                answers.Start();
            }
            Complete(last, position);
            Stream(position);
        }
        finally
        {
            _stream.Dispose();
            _log.Leave(_replica);
        }
    }

    private bool CanContinue(ReplicaGreeting greeting)
    {
        if (!greeting.State.IsComplete || greeting.State.Epoch != _log.Epoch || greeting.Last == 0)
            return false;
        var (last, end) = _log.End();
        if (greeting.Position == end)
            return greeting.Last == last;
        byte[] start = new byte[OperationFrame.HeaderSize];
        return greeting.Position >= 0 && greeting.Position < end && _log.Ring.Read(greeting.Position, start) == start.Length
            && OperationFrame.ReadNumber(start) == greeting.Last + 1;
    }

    /// <summary>Makes the follower sync everything. With its answer it joins the in-sync set.</summary>
    private void Complete(ulong last, long position)
    {
        _log.NoteSent(_replica!, position);
        Send(new FileOperation
        {
            Number = last,
            Epoch = _log.Epoch,
            Kind = FileOperationKind.Complete,
            Offset = position,
        });
    }

    /// <summary>Reads the answers. The first is that of the complete copy, so the follower joins the in-sync set.</summary>
    private void ReadAnswers(BinaryReader reader)
    {
        try
        {
            for (bool isJoined = false; ; isJoined = true)
            {
                _log.NoteDurable(_replica!, reader.ReadUInt64());
                if (!isJoined)
                    _log.Join(_replica!);
            }
        }
        catch (Exception) // whatever it is, the link is over, and the thread that sends reports why
        {
            _stream.Dispose();
            _log.Leave(_replica!); // wakes the thread that sends
        }
    }

    private void Stream(long position)
    {
        while (_log.WaitForMore(position, Timeout.InfiniteTimeSpan, _replica))
        {
            int count = _log.Ring.Read(position, _chunk);
            if (count < 0)
                throw new IOException("the follower was too slow for the ring of operations");
            _stream.Write(_chunk, 0, count);
            _stream.Flush();
            position += count;
            _log.NoteSent(_replica!, position);
        }
        throw new IOException("the follower has closed the link, or the replication has ended");
    }

    private void Send(in FileOperation operation)
    {
        Span<byte> start = stackalloc byte[OperationFrame.HeaderSize + operation.Path.Length];
        OperationFrame.WriteStart(operation, start);
        _stream.Write(start);
        _stream.Write(operation.Bytes);
    }
}
