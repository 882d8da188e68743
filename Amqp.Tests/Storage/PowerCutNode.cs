namespace Amqp.Tests.Storage;

/// <summary>A machine with a simulated disk, and a real folder that holds only the lock file of the data directory.</summary>
internal sealed class PowerCutNode(bool canAllocate)
{
    public TestFolder Folder { get; } = new();

    public PowerCutFiles Files { get; } = new() { CanAllocate = canAllocate };
}
