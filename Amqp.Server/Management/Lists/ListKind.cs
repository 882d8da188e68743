using Amqp.Server.Snapshots;

namespace Amqp.Server.Management.Lists;

/// <summary>A kind of list: where its rows come from, and how they can be filtered.</summary>
/// <param name="Name">Name of the list in the HTTP API.</param>
/// <param name="Source">Returns the snapshot with the rows.</param>
internal sealed record ListKind(string Name, Func<BrokerSnapshots, SharedSnapshot> Source)
{
    /// <summary>Columns that together identify a row.</summary>
    public required string[] Identity { get; init; }

    /// <summary>Columns in which a word without a key is searched.</summary>
    public required string[] Searched { get; init; }

    /// <summary>The keys of the filter, with their columns.</summary>
    public required Dictionary<string, FilterKey> Keys { get; init; }

    /// <summary>The values of the key <c>is</c>. Each returns the test of a row.</summary>
    public Dictionary<string, Func<SnapshotTable, Func<int, bool>>> Flags { get; init; } = [];

    /// <summary>All keys, for an error text.</summary>
    public string KnownKeys => string.Join(", ", Keys.Keys.Select(key => $"{key}:").Concat(Flags.Keys.Select(flag => $"is:{flag}")));
}

/// <summary>A key of a filter.</summary>
/// <param name="Column">The column with the text.</param>
/// <param name="IsWhole">True if the value must be the whole text. False if it may be a part of it.</param>
internal sealed record FilterKey(string Column, bool IsWhole = false);
