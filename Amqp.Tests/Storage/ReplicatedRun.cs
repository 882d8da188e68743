using Amqp.Storage.Replication;
using Amqp.Tests.Support;

namespace Amqp.Tests.Storage;

/// <summary>One run of a leader and its follower, over a connection of this machine. Nothing is durable unless both have it.</summary>
internal sealed class ReplicatedRun
{
    private readonly ReplicationLog _log;
    private readonly Stream _leader;
    private readonly Stream _follower;
    private readonly Thread[] _threads;

    public ReplicatedRun(PowerCutNode leader, PowerCutNode follower, ulong epoch)
    {
        var options = new ReplicationOptions { RingSize = 1 << 20, MinInSync = 2, ReplicaTimeout = TimeSpan.FromSeconds(30) };
        _log = new ReplicationLog(epoch, options, new InSyncSet(options, _ => { }, []));
        Files = new ReplicatedFiles(leader.Files, leader.Folder.Path, _log);
        (_leader, _follower) = StreamPair.Connect();
        var link = new LeaderLink(_log, leader.Files, leader.Folder.Path, _leader, options);
        _threads = [Start(link.Run), Start(() => Follow(follower))];
    }

    /// <summary>The leader's files.</summary>
    public ReplicatedFiles Files { get; }

    /// <summary>True if the follower was in the in-sync set when the run ended.</summary>
    public bool WasInSync { get; private set; }

    /// <summary>Ends the link at once. The follower has what it has received.</summary>
    public void End()
    {
        WasInSync = _log.InSync.Names.Count > 0;
        _log.InSync.Close();
        _leader.Dispose();
        _follower.Dispose();
        foreach (var thread in _threads)
            Assert.That(thread.Join(TimeSpan.FromSeconds(20)));
    }

    private void Follow(PowerCutNode node)
    {
        using var store = new FollowerStore(node.Files, node.Folder.Path);
        new FollowerLink(store, node.Files, node.Folder.Path, "follower").Run(_follower);
    }

    private static Thread Start(Action run)
    {
        var thread = new Thread(() =>
        {
            try
            {
                run();
            }
            catch (Exception error) when (error is IOException or InvalidOperationException) // of a disposed stream, too
            {
                // The other end, or the test, has ended the link; or the power went off.
            }
        });
        thread.Start();
        return thread;
    }
}
