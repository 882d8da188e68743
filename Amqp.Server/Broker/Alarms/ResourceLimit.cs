namespace Amqp.Server.Broker.Alarms;

/// <summary>A resource with a limit. Remembers the result of the last check.</summary>
/// <param name="measure">Returns the bytes to compare with the given limit; null if unknown.</param>
/// <param name="limit">Initial limit in bytes.</param>
internal sealed class ResourceLimit(Func<long, long?> measure, long limit)
{
    private long _limit = limit;

    public long Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    public bool IsShort { get; private set; }

    /// <summary>Measures the resource. Calls a callback if the result has changed.</summary>
    /// <param name="isShort">Returns true if the resource is short at this number of bytes.</param>
    /// <param name="onSet">Called with the measured bytes and the limit when the resource becomes short.</param>
    /// <param name="onCleared">Called with the measured bytes when the resource is no longer short.</param>
    public void Update(Func<long, bool> isShort, Action<long, long> onSet, Action<long> onCleared)
    {
        if (measure(Limit) is not { } value || isShort(value) == IsShort)
            return;
        IsShort = !IsShort;
        if (IsShort)
            onSet(value, Limit);
        else
            onCleared(value);
    }
}
