using Amqp.Storage.Faults;

namespace Amqp.Storage.Catalog;

/// <summary>A small durable dictionary for what is not messages: definitions of queues, exchanges, users and so on.</summary>
/// <remarks>
/// Thread-safe. A change is in the operating system's hands when the call returns (it survives the process) and on
/// the disk no later than the next commit of the message log, so no confirmed message can outlive its queue's definition.
/// </remarks>
public interface ICatalog
{
    /// <summary>All entries, in the order of their keys (ordinal).</summary>
    IReadOnlyList<KeyValuePair<string, byte[]>> Entries { get; }

    /// <summary>Adds or replaces an entry.</summary>
    /// <param name="key">1 to 4,096 bytes of UTF-8.</param>
    /// <param name="value">At most 16 MiB.</param>
    /// <exception cref="StoreFullException">There is no room for it on the disk; it can be tried again.</exception>
    /// <exception cref="StoreFailedException">It cannot be written, now or later.</exception>
    void Put(string key, ReadOnlySpan<byte> value);

    /// <summary>Removes an entry; one that is not there is no error.</summary>
    /// <remarks>
    /// On a full disk the entry is gone at once all the same, so that what takes room can be deleted. It is written down as soon
    /// as there is room; only a crash before that brings the entry back.
    /// </remarks>
    /// <exception cref="StoreFailedException">It cannot be written, now or later.</exception>
    void Remove(string key);
}
