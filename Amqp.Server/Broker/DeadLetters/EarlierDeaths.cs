using System.Runtime.InteropServices;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>Entries of an x-death header. Of several entries with the same queue and reason, only the first is kept.</summary>
/// <remarks>Ignores values that are not tables. Used by one thread only.</remarks>
internal sealed class EarlierDeaths
{
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<Entry, int> _places;
    private byte[] _values = [];

    public EarlierDeaths() => _places = new Dictionary<Entry, int>(new SameQueueAndReason(this));

    public int Count => _entries.Count;

    /// <summary>One entry as an encoded table, beginning with its type tag.</summary>
    public ReadOnlySpan<byte> this[int index] => Bytes(_entries[index]);

    /// <summary>Reads the entries of an x-death header. Removes all previous entries.</summary>
    public void Read(ReadOnlySpan<byte> values)
    {
        if (_values.Length < values.Length)
            _values = new byte[Math.Max(values.Length, 2 * _values.Length)];
        values.CopyTo(_values);
        _entries.Clear();
        _places.Clear();
        var reader = new EncodedFieldReader(values);
        for (int start = 0; reader.TryReadValue(out var value); start += value.Length)
        {
            if (value[0] != (byte)FieldType.Table)
                continue;
            var death = EarlierDeath.Read(value);
            var hash = new HashCode();
            hash.AddBytes(death.Queue);
            hash.AddBytes(death.Reason);
            var entry = new Entry(start, value.Length, hash.ToHashCode(), Occurrences: 1);
            if (_places.TryAdd(entry, _entries.Count))
                _entries.Add(entry);
            else
                CollectionsMarshal.AsSpan(_entries)[_places[entry]].Occurrences++;
        }
    }

    /// <summary>Returns how many entries of the header had the same queue and reason as the entry at this index.</summary>
    public int Occurrences(int index) => _entries[index].Occurrences;

    /// <summary>Returns the index of the entry with this queue and reason; -1 if there is none.</summary>
    public int IndexOf(ReadOnlySpan<byte> queue, DeathReason reason)
    {
        for (int i = 0; i < _entries.Count; i++)
            if (EarlierDeath.Read(this[i]) is var death && death.IsIn(queue) && death.IsReason(reason))
                return i;
        return -1;
    }

    private ReadOnlySpan<byte> Bytes(Entry entry) => _values.AsSpan(entry.Start, entry.Length);

    private record struct Entry(int Start, int Length, int Hash, int Occurrences);

    private sealed class SameQueueAndReason(EarlierDeaths deaths) : IEqualityComparer<Entry>
    {
        public int GetHashCode(Entry entry) => entry.Hash;

        public bool Equals(Entry left, Entry right)
        {
            if (left.Hash != right.Hash)
                return false;
            EarlierDeath one = EarlierDeath.Read(deaths.Bytes(left)), other = EarlierDeath.Read(deaths.Bytes(right));
            return one.Queue.SequenceEqual(other.Queue) && one.Reason.SequenceEqual(other.Reason);
        }
    }
}
