namespace Amqp.Server.Broker.Alarms;

/// <summary>Bytes of the heap that the objects are reckoned to take which a client can make, without their names and arguments.</summary>
internal static class ObjectSize
{
    public const int Connection = 8 << 10;

    public const int Channel = 2 << 10;

    public const int Consumer = 1 << 10;

    public const int Queue = 3 << 10;

    public const int Exchange = 2 << 10;

    public const int Binding = 1 << 10;
}
