namespace Amqp.Storage.Replication;

/// <summary>A follower, as its leader sees it. The gate of the <see cref="InSyncSet"/> guards the state.</summary>
/// <param name="name">Name of the follower's node.</param>
/// <param name="drop">Ends the link to the follower.</param>
internal sealed class Replica(string name, Action drop)
{
    public string Name => name;

    /// <summary>Number of the last operation that is on the follower's disk with all before it.</summary>
    public ulong Durable { get; set; }

    /// <summary>Position in the ring up to which the follower was sent the operations.</summary>
    public long Position { get; set; }

    /// <summary>
    /// When the last heartbeat that the follower has answered was sent, as a timestamp of this machine; 0 if it answered none.
    /// </summary>
    public long Heard { get; set; }

    /// <summary>True if the coordinator has the follower in the in-sync set, so that it may become the leader.</summary>
    public bool IsMember { get; set; }

    /// <summary>True if the link to the follower has ended.</summary>
    public bool IsGone { get; set; }

    /// <summary>Ends the link to the follower, which then begins anew.</summary>
    public void Drop() => drop();
}
