using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Amqp.Server.Broker.Deduplication;

/// <summary>Keys with a time of expiry and a value each, in the order in which they were added.</summary>
/// <remarks>
/// Not thread-safe. The memory grows to the largest number of keys so far. The owner bounds this number with
/// <see cref="TryRemoveOldest"/>.
/// </remarks>
/// <typeparam name="T">Type of the values.</typeparam>
internal sealed class KeyWindow<T>
    where T : struct
{
    private const int None = -1;

    private readonly Dictionary<UInt128, int> _slots = [];
    private Slot[] _all = [];
    private int _used; // slots from this index on were never used
    private int _free = None; // first of the slots that are free again
    private int _oldest = None;
    private int _newest = None;

    /// <summary>Number of keys, including expired keys that are not removed yet.</summary>
    public int Count => _slots.Count;

    /// <summary>The time of expiry of the oldest key. Valid only if there is a key.</summary>
    public long OldestDue => _all[_oldest].Due;

    /// <summary>The keys from the oldest to the newest, with their values.</summary>
    public IEnumerable<(UInt128 Key, T Value)> All
    {
        get
        {
            for (int at = _oldest; at != None; at = _all[at].Newer)
                yield return (_all[at].Key, _all[at].Value);
        }
    }

    /// <summary>Finds a key. Returns expired keys as well.</summary>
    /// <param name="key">The key.</param>
    /// <param name="due">Time of expiry of the key.</param>
    public bool TryFind(UInt128 key, out long due)
    {
        bool isKnown = _slots.TryGetValue(key, out int slot);
        due = isKnown ? _all[slot].Due : 0;
        return isKnown;
    }

    /// <summary>Returns a reference to the value of a key; a null reference if the key is unknown. Valid until the next change.</summary>
    public ref T ValueOf(UInt128 key)
    {
        if (!_slots.TryGetValue(key, out int slot))
            return ref Unsafe.NullRef<T>();
        return ref _all[slot].Value;
    }

    /// <summary>Adds an unknown key as the newest.</summary>
    public void Add(UInt128 key, long due, in T value)
    {
        int slot = _free != None ? _free : _used;
        if (slot == _all.Length)
            Array.Resize(ref _all, Math.Max(16, 2 * _all.Length));
        _slots.Add(key, slot); // before the lists change: throws if the key is known
        if (slot == _free)
            _free = _all[slot].Newer;
        else
            _used++;
        _all[slot] = new Slot { Key = key, Due = due, Value = value, Older = _newest, Newer = None };
        if (_newest == None)
            _oldest = slot;
        else
            _all[_newest].Newer = slot;
        _newest = slot;
    }

    /// <summary>Removes a key. Returns false if it is unknown.</summary>
    public bool Remove(UInt128 key, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (!_slots.Remove(key, out int slot))
            return false;
        ref var removed = ref _all[slot];
        value = removed.Value;
        if (removed.Older == None)
            _oldest = removed.Newer;
        else
            _all[removed.Older].Newer = removed.Newer;
        if (removed.Newer == None)
            _newest = removed.Older;
        else
            _all[removed.Newer].Older = removed.Older;
        removed = new Slot { Newer = _free };
        _free = slot;
        return true;
    }

    /// <summary>Removes the oldest key. Returns false if there is none.</summary>
    public bool TryRemoveOldest([MaybeNullWhen(false)] out T value)
    {
        value = default;
        return _oldest != None && Remove(_all[_oldest].Key, out value);
    }

    /// <summary>Removes all keys, and frees their memory.</summary>
    public void Clear()
    {
        _slots.Clear();
        _slots.TrimExcess();
        (_all, _used, _free, _oldest, _newest) = ([], 0, None, None, None);
    }

    private struct Slot
    {
        public UInt128 Key;
        public long Due;
        public T Value;
        public int Older;
        public int Newer; // in a free slot, the next free slot
    }
}
