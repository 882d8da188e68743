namespace Amqp.Server.Broker.Alarms;

/// <summary>A resource with a limit. Keeps the result of the last comparison between the resource and the limit.</summary>
/// <param name="measure">
/// Returns the bytes to compare with a limit. Null if the bytes are unknown; the last result then stays valid.
/// </param>
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

    /// <summary>Measures the resource. If the result differs from the last one, calls one of the two callbacks.</summary>
    /// <param name="isShort">Returns true if the measured bytes are above the limit for memory, or below the limit for disk space.</param>
    /// <param name="onSet">Called with the measured bytes and the limit when the resource became short.</param>
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
