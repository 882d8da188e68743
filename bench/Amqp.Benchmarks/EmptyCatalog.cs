using Amqp.Storage.Catalog;

namespace Amqp.Benchmarks;

/// <summary>Keeps nothing: what is measured is transient.</summary>
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
