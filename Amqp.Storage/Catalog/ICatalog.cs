using Amqp.Storage.Faults;

namespace Amqp.Storage.Catalog;

/// <summary>A small durable dictionary for the broker's definitions, such as queues, exchanges and users. Thread-safe.</summary>
/// <remarks>
/// Once a call has returned, its change survives the end of the process. A change is synced no later than the next commit of the log.
/// </remarks>
public interface ICatalog
{
    /// <summary>All entries, in the ordinal order of their keys.</summary>
    IReadOnlyList<KeyValuePair<string, byte[]>> Entries { get; }

    /// <summary>Adds or replaces an entry.</summary>
    /// <param name="key">1 to 4,096 bytes of UTF-8.</param>
    /// <param name="value">At most 16 MiB.</param>
    /// <exception cref="StoreFullException">The disk is full. The call can be retried.</exception>
    /// <exception cref="StoreFailedException">The catalog can no longer be written.</exception>
    void Put(string key, ReadOnlySpan<byte> value);

    /// <summary>Removes the entry with this key, if there is one.</summary>
    /// <remarks>
    /// On a full disk, the removal takes effect at once and is written later. If the broker crashes before the write, the entry is back
    /// after the next start.
    /// </remarks>
    /// <exception cref="StoreFailedException">The catalog can no longer be written.</exception>
    void Remove(string key);
}
