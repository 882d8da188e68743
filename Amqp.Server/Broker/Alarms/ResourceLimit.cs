namespace Amqp.Server.Broker.Alarms;

/// <summary>A resource, the limit of it, and whether it was on the wrong side when last looked at.</summary>
/// <param name="measure">Bytes now, as they are counted for a limit; null when it cannot be told, which changes nothing.</param>
/// <param name="limit">Bytes; may be changed.</param>
internal sealed class ResourceLimit(Func<long, long?> measure, long limit)
{
    private long _limit = limit;

    public long Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    public bool IsShort { get; private set; }

    /// <summary>Measures anew, and tells when that changes things.</summary>
    /// <param name="isShort">Which side is the wrong one.</param>
    /// <param name="onSet">Told the measure and the limit.</param>
    /// <param name="onCleared">Told the measure.</param>
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
