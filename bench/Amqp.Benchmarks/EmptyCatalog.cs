using Amqp.Storage.Catalog;

namespace Amqp.Benchmarks;

/// <summary>A catalog that stores nothing. The benchmarks declare no durable objects.</summary>
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
