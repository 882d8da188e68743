namespace Amqp.Schedules.Control;

/// <summary>Contains the lock object that makes the operations of this folder's types atomic.</summary>
internal static class Atomic
{
    public static object Monitor { get; } = new();
}
