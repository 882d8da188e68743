using Amqp.Storage.Faults;

namespace Amqp.Storage.Catalog;

/// <summary>A small durable dictionary for the broker's definitions: queues, exchanges, users and so on.</summary>
/// <remarks>
/// Thread-safe. Once a call has returned, its change survives the end of the process. The change is synced no later than the next commit of
/// the log. So a power cut never loses the queue of a confirmed message.
/// </remarks>
public interface ICatalog
{
    /// <summary>All entries, in the ordinal order of their keys.</summary>
    IReadOnlyList<KeyValuePair<string, byte[]>> Entries { get; }

    /// <summary>Adds or replaces an entry.</summary>
    /// <param name="key">1 to 4,096 bytes of UTF-8.</param>
    /// <param name="value">At most 16 MiB.</param>
    /// <exception cref="StoreFullException">The disk is full. The call can be retried.</exception>
    /// <exception cref="StoreFailedException">The catalog cannot be written any more.</exception>
    void Put(string key, ReadOnlySpan<byte> value);

    /// <summary>Removes an entry. Does nothing if no entry has this key.</summary>
    /// <remarks>
    /// On a full disk the entry is removed in memory at once, so that disk space can be freed by deletions. The removal is written when
    /// there is space. If the broker crashes before the removal is written, the next start finds the entry again.
    /// </remarks>
    /// <exception cref="StoreFailedException">The catalog cannot be written any more.</exception>
    void Remove(string key);
}
