using Amqp.Storage.Catalog;

namespace Amqp.Benchmarks;

/// <summary>A catalog that stores nothing, because the benchmarks declare only objects that are not durable.</summary>
internal sealed class EmptyCatalog : ICatalog
{
    public IReadOnlyList<KeyValuePair<string, byte[]>> Entries => [];

    public void Put(string key, ReadOnlySpan<byte> value)
    {
    }

    public void Remove(string key)
    {
    }
}
