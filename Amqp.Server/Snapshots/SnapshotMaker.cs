namespace Amqp.Server.Snapshots;

/// <summary>Makes the tables of one kind of objects. The tables share the properties that do not change from second to second.</summary>
/// <remarks>The lock of the <see cref="SharedSnapshot"/> guards all state, and that of the tables while they are filled.</remarks>
internal abstract class SnapshotMaker
{
    /// <summary>Makes an empty table.</summary>
    public abstract SnapshotTable Make();

    /// <summary>Frees the memory that is kept from snapshot to snapshot.</summary>
    public abstract void Forget();
}
