namespace Amqp.Server.Broker.Alarms;

/// <summary>Heap bytes of each kind of object that a client can create. Names and arguments of the objects are not included.</summary>
/// <remarks>
/// The sizes are measured, and rounded up. <c>ObjectSizeTests</c> creates thousands of objects of each kind and compares the sizes with the
/// heap. Only the size of a connection is an estimate.
/// </remarks>
internal static class ObjectSize
{
    public const int Connection = 8 << 10;

    public const int Channel = 2 << 10;

    public const int Consumer = 1 << 10;

    public const int Queue = 1536;

    public const int Exchange = 1 << 10;

    public const int Binding = 1 << 10;
}
