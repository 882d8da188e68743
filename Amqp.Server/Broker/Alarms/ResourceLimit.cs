namespace Amqp.Server.Broker.Alarms;

/// <summary>A resource with its limit, and the result of the last comparison.</summary>
/// <param name="measure">
/// Returns the current bytes to compare with a limit. Null if the bytes are unknown; the last result then stays valid.
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

    /// <summary>Measures, and reports a change.</summary>
    /// <param name="isShort">Returns true if the measured bytes are on the wrong side of the limit.</param>
    /// <param name="onSet">Called with measure and limit when the resource became short.</param>
    /// <param name="onCleared">Called with the measure when the resource is no longer short.</param>
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
