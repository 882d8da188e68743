namespace Amqp.Server.Broker.Values;

/// <summary>Adds a delay to a time. The sum saturates: a very long delay must not give a time in the past.</summary>
internal static class Deadline
{
    /// <summary>A time that never comes.</summary>
    public const long Never = long.MaxValue;

    /// <summary>Returns the time after a delay; <see cref="Never"/> if the sum overflows.</summary>
    /// <param name="moment">Start, in milliseconds since any epoch.</param>
    /// <param name="milliseconds">Delay in milliseconds, 0 or more.</param>
    public static long After(long moment, long milliseconds) => milliseconds > Never - Math.Max(moment, 0) ? Never : moment + milliseconds;
}
