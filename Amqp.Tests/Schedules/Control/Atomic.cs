namespace Amqp.Schedules.Control;

/// <summary>Contains the monitor that makes the operations of the types in this folder atomic.</summary>
internal static class Atomic
{
    public static object Monitor { get; } = new();
}
