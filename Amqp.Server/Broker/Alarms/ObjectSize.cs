namespace Amqp.Server.Broker.Alarms;

/// <summary>Bytes of the heap that the objects take which a client can make, without their names and arguments.</summary>
/// <remarks>Measured, and rounded up: <c>ObjectSizeTests</c> makes thousands of each but of connections, which are an estimate, and compares.</remarks>
internal static class ObjectSize
{
    public const int Connection = 8 << 10;

    public const int Channel = 2 << 10;

    public const int Consumer = 1 << 10;

    public const int Queue = 1536;

    public const int Exchange = 1 << 10;

    public const int Binding = 1 << 10;
}
