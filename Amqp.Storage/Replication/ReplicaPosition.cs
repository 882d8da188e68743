namespace Amqp.Storage.Replication;

/// <summary>A place in the operations of all leaders. A later epoch comes behind all of an earlier one.</summary>
/// <param name="Epoch">Epoch of the leader that did the last operation before the place; 0 if there was none.</param>
/// <param name="Number">Number of that operation.</param>
public readonly record struct ReplicaPosition(ulong Epoch, ulong Number) : IComparable<ReplicaPosition>
{
    public static bool operator <(ReplicaPosition left, ReplicaPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(ReplicaPosition left, ReplicaPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(ReplicaPosition left, ReplicaPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ReplicaPosition left, ReplicaPosition right) => left.CompareTo(right) >= 0;

    public int CompareTo(ReplicaPosition other) =>
        Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Number.CompareTo(other.Number);
}
