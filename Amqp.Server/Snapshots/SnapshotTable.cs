using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>All objects of one kind at one moment, as columns. Rows are ordered by virtual host and name.</summary>
/// <remarks>
/// Filled by one thread, which then shares it. It does not change while a reader has a lease on it: see <see cref="SharedSnapshot"/>.
/// </remarks>
internal abstract class SnapshotTable
{
    private Dictionary<string, SnapshotColumn> _byName = [];
    private IReadOnlyList<SnapshotColumn> _columns = [];

    /// <summary>Number of the snapshot. A later snapshot of the same kind has a higher number.</summary>
    public long Number { get; set; }

    /// <summary>Time when the reading of the objects began, in milliseconds since 1970-01-01 UTC.</summary>
    public long TakenAt { get; set; }

    /// <summary>Number of rows.</summary>
    public int Count { get; protected set; }

    /// <summary>The columns, in the order in which a row is written.</summary>
    public IReadOnlyList<SnapshotColumn> Columns
    {
        get => _columns;
        protected set
        {
            if (ReferenceEquals(_columns, value))
                return;
            (_columns, _byName) = (value, value.ToDictionary(column => column.Name));
        }
    }

    /// <summary>Number of readers that have a lease. The lock of the <see cref="SharedSnapshot"/> guards it.</summary>
    public int Leases { get; set; }

    /// <summary>Reads all objects.</summary>
    public abstract void Fill();

    /// <summary>Returns the virtual host of a row.</summary>
    public abstract VirtualHost HostOf(int row);

    /// <summary>Returns the name of the user to whom a row belongs. Null if everyone who sees the virtual host sees the row.</summary>
    public virtual string? OwnerOf(int row) => null;

    /// <summary>Returns the column with this name; null if there is none.</summary>
    public SnapshotColumn? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Returns the column with this name, which exists.</summary>
    public TextColumn Text(string name) => (TextColumn)_byName[name];
}
