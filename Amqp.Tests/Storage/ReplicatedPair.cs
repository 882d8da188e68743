using System.Security.Cryptography;
using Amqp.Storage.Files;
using Amqp.Storage.Replication;
using Amqp.Tests.Support;

namespace Amqp.Tests.Storage;

/// <summary>A leader and a follower with real files. The test begins and ends the links between them.</summary>
internal sealed class ReplicatedPair : IDisposable
{
    private readonly ReplicationOptions _options;
    private readonly IStoreFiles _leaderFiles;
    private readonly FollowerStore _follower;
    private (Stream Leader, Stream Follower, Thread[] Threads)? _link;

    public ReplicatedPair(ReplicationOptions? options = null, IStoreFiles? leaderFiles = null)
    {
        _options = options ?? new ReplicationOptions { RingSize = 8 << 20 };
        _leaderFiles = leaderFiles ?? new DiskFiles();
        Log = new ReplicationLog(1, _options, new InSyncSet(_options, _ => { }, []));
        Files = new ReplicatedFiles(_leaderFiles, Leader.Path, Log);
        _follower = new FollowerStore(new DiskFiles(), Follower.Path);
    }

    public TestFolder Leader { get; } = new();

    public TestFolder Follower { get; } = new();

    public ReplicationLog Log { get; }

    /// <summary>The leader's files.</summary>
    public ReplicatedFiles Files { get; }

    /// <summary>State of the follower. Read it when there is no link.</summary>
    public FollowerStore FollowerStore => _follower;

    /// <summary>The errors that ended the links.</summary>
    public List<Exception> Errors { get; } = [];

    /// <summary>Connects the follower.</summary>
    /// <param name="most">Number of bytes that the follower receives until the connection breaks.</param>
    public void Connect(long most = long.MaxValue)
    {
        var (leader, follower) = StreamPair.Connect();
        var link = new LeaderLink(Log, _leaderFiles, Leader.Path, leader, _options);
        var received = new BreakingStream(follower, most);
        _link = (leader, follower, [
            Start(link.Run, leader),
            Start(() => new FollowerLink(_follower, new DiskFiles(), Follower.Path, "follower").Run(received), follower),
        ]);
    }

    /// <summary>Waits until the follower is in the in-sync set, and has everything on its disk.</summary>
    public async Task CatchUpAsync()
    {
        await Eventually.Holds(() => Log.InSync.Names.Count > 0, () => string.Join('\n', Errors));
        Files.SyncDirectory(Leader.Path); // returns when the follower has answered
    }

    /// <summary>Breaks the connection, and waits until both ends have noticed.</summary>
    public void Disconnect()
    {
        if (_link is not { } link)
            return;
        link.Leader.Dispose();
        link.Follower.Dispose();
        WaitForEnd();
    }

    /// <summary>Waits until the connection has broken.</summary>
    public void WaitForEnd()
    {
        foreach (var thread in _link!.Value.Threads)
            Assert.That(thread.Join(TimeSpan.FromSeconds(20)), "the link has ended");
        _link = null;
    }

    /// <summary>Returns the number of bytes of the operations that the follower lacks. The handshake is not counted.</summary>
    public long Left() => Log.Ring.End - Log.PositionAfter(FollowerStore.Last)!.Value;

    /// <summary>Returns the names and bytes of the replicated files of a directory.</summary>
    public static Dictionary<string, string> FilesOf(TestFolder folder) =>
        Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder.Path, path))
            .Where(ReplicatedFiles.IsReplicated)
            .ToDictionary(path => path, path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder.Path, path)))));

    public void Dispose()
    {
        Log.InSync.Close();
        Disconnect();
        _follower.Dispose();
        Leader.Dispose();
        Follower.Dispose();
    }

    private Thread Start(Action run, Stream stream)
    {
        var thread = new Thread(() =>
        {
            try
            {
                run();
            }
            catch (Exception error)
            {
                lock (Errors)
                    Errors.Add(error);
            }
            finally
            {
                stream.Dispose(); // the other end notices
            }
        });
        thread.Start();
        return thread;
    }

    /// <summary>A stream that ends after a number of bytes were read.</summary>
    private sealed class BreakingStream(Stream below, long most) : Stream
    {
        private long _left = most;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => below.Flush();

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int count = below.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            _left -= count;
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => below.Write(buffer, offset, count);
    }
}
