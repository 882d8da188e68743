namespace Amqp.Server.Broker.Values;

/// <summary>Adds times in milliseconds. The sum saturates, so that no time from a client can overflow into the past.</summary>
internal static class Deadline
{
    /// <summary>A time that never comes.</summary>
    public const long Never = long.MaxValue;

    /// <summary>Returns the time after a delay; <see cref="Never"/> if the sum overflows.</summary>
    /// <param name="moment">Start, in milliseconds since any epoch.</param>
    /// <param name="milliseconds">Delay in milliseconds, 0 or more.</param>
    public static long After(long moment, long milliseconds) => milliseconds > Never - Math.Max(moment, 0) ? Never : moment + milliseconds;
}
