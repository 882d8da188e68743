namespace Amqp.Server.Broker.Values;

/// <summary>Moments at which something is due, in milliseconds. Whatever times come from clients, a moment never lies in the past for being too far off.</summary>
internal static class Deadline
{
    /// <summary>Never.</summary>
    public const long Never = long.MaxValue;

    /// <summary>The moment so long after another; <see cref="Never"/> where that is more than a number holds.</summary>
    /// <param name="moment">Milliseconds from any beginning.</param>
    /// <param name="milliseconds">Not negative.</param>
    public static long After(long moment, long milliseconds) => milliseconds > Never - Math.Max(moment, 0) ? Never : moment + milliseconds;
}
