namespace Amqp.Tests.Support;

/// <summary>A clock that changes only when the test sets it.</summary>
internal sealed class SetClock : TimeProvider
{
    public long Seconds { get; set; } = 1_000;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => Seconds;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(Seconds);
}
