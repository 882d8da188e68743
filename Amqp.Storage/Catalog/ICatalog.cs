using Amqp.Storage.Faults;

namespace Amqp.Storage.Catalog;

/// <summary>A small durable dictionary for definitions of queues, exchanges, users and so on.</summary>
/// <remarks>
/// Thread-safe. When a call returns, the change survives the end of the process. The change is synced no later than the next commit of the
/// log, so that no confirmed message survives a power cut without its queue's definition.
/// </remarks>
public interface ICatalog
{
    /// <summary>All entries, in the order of their keys (ordinal).</summary>
    IReadOnlyList<KeyValuePair<string, byte[]>> Entries { get; }

    /// <summary>Adds or replaces an entry.</summary>
    /// <param name="key">1 to 4,096 bytes of UTF-8.</param>
    /// <param name="value">At most 16 MiB.</param>
    /// <exception cref="StoreFullException">The disk is full. The call can be retried.</exception>
    /// <exception cref="StoreFailedException">The catalog cannot be written any more.</exception>
    void Put(string key, ReadOnlySpan<byte> value);

    /// <summary>Removes an entry. Does nothing if there is no such entry.</summary>
    /// <remarks>
    /// On a full disk the entry is removed in memory at once, so that disk space can be freed by deletions. The removal is written when
    /// there is space. If the broker crashes before that, the next start finds the entry again.
    /// </remarks>
    /// <exception cref="StoreFailedException">The catalog cannot be written any more.</exception>
    void Remove(string key);
}
