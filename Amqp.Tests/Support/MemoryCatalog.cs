using Amqp.Storage.Catalog;

namespace Amqp.Tests.Support;

/// <summary>A catalog that keeps its entries in memory only.</summary>
internal sealed class MemoryCatalog : ICatalog
{
    private readonly SortedDictionary<string, byte[]> _entries = new(StringComparer.Ordinal);

    public IReadOnlyList<KeyValuePair<string, byte[]>> Entries => [.. _entries];

    public void Put(string key, ReadOnlySpan<byte> value) => _entries[key] = value.ToArray();

    public void Remove(string key) => _entries.Remove(key);
}
