namespace Amqp.Server.Broker.Alarms;

/// <summary>Heap bytes of the objects that a client can create, without names and arguments.</summary>
/// <remarks>
/// Measured, and rounded up. <c>ObjectSizeTests</c> creates thousands of each kind and compares these sizes with the heap. The size of a
/// connection is an estimate.
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
