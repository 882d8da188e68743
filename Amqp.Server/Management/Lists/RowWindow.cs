using System.Buffers;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;
using Amqp.Server.Snapshots;

namespace Amqp.Server.Management.Lists;

/// <summary>The rows of a snapshot that a client asked for and may see, as JSON. Does not use the snapshot once it is made.</summary>
internal sealed class RowWindow
{
    private RowWindow(SnapshotTable table, RenderedRows rows) => (Snapshot, TakenAt, Rows) = (table.Number, table.TakenAt, rows);

    /// <inheritdoc cref="SnapshotTable.Number"/>
    public long Snapshot { get; }

    /// <inheritdoc cref="SnapshotTable.TakenAt"/>
    public long TakenAt { get; }

    /// <summary>Number of rows that the user may see, without the filter.</summary>
    public int TotalCount { get; private init; }

    /// <summary>Number of rows that pass the filter.</summary>
    public int FilteredCount { get; private init; }

    /// <summary>The rows of the window.</summary>
    public RenderedRows Rows { get; }

    /// <summary>Finds and renders the rows.</summary>
    /// <param name="table">The snapshot. The caller has a lease on it.</param>
    /// <param name="query">The wanted rows.</param>
    /// <param name="user">The user, who sees only some of the rows.</param>
    /// <exception cref="ApiException">400: rows cannot be sorted by a field.</exception>
    public static RowWindow Of(SnapshotTable table, SnapshotQuery query, ApiUser user)
    {
        int[] buffer = ArrayPool<int>.Shared.Rent(table.Count);
        try
        {
            int total = FindVisible(table, query, user, buffer);
            var visible = buffer.AsSpan(0, total);
            var wanted = query.Filter.IsEmpty ? visible : visible[..Keep(visible, query.Filter.For(table))];
            var window = query.Order.Window(table, wanted, query.Offset, query.Limit);
            return new RowWindow(table, new RenderedRows(query.Kind, table, window))
            {
                TotalCount = total,
                FilteredCount = wanted.Length,
            };
        }
        finally
        {
            ArrayPool<int>.Shared.Return(buffer);
        }
    }

    private static int FindVisible(SnapshotTable table, SnapshotQuery query, ApiUser user, int[] rows)
    {
        VirtualHost? host = null;
        bool isVisible = false;
        int count = 0;
        for (int row = 0; row < table.Count; row++)
        {
            // The rows of a virtual host are neighbours.
            if (table.HostOf(row) is var next && !ReferenceEquals(next, host))
            {
                host = next;
                string? owner = table.OwnerOf(row);
                // A user sees the own connections, even in a virtual host that the user may no longer enter.
                isVisible = (query.VirtualHost is null || query.VirtualHost == host.Name) && (owner is not null || user.CanSee(host));
            }
            if (isVisible && (table.OwnerOf(row) is not { } name || user.IsMonitoring || name == user.Name))
                rows[count++] = row;
        }
        return count;
    }

    private static int Keep(Span<int> rows, Func<int, bool>[] tests)
    {
        int count = 0;
        foreach (int row in rows)
        {
            bool passes = true;
            for (int i = 0; i < tests.Length && passes; i++)
                passes = tests[i](row);
            if (passes)
                rows[count++] = row;
        }
        return count;
    }
}
