namespace Amqp.Schedules.Control;

/// <summary>What makes the operations of the types in place of System.Threading's atomic.</summary>
internal static class Atomic
{
    public static object Monitor { get; } = new();
}
