namespace Amqp.Server.Broker.Alarms;

/// <summary>Number of heap bytes for each kind of object that a client can create. Names and arguments are not included.</summary>
/// <remarks><c>ObjectSizeTests</c> compares the sizes with the heap. Only the size of a connection is an estimate.</remarks>
internal static class ObjectSize
{
    public const int Connection = 8 << 10;

    public const int Channel = 2 << 10;

    public const int Consumer = 1 << 10;

    public const int Queue = 1536;

    public const int Exchange = 1 << 10;

    public const int Binding = 1 << 10;
}
