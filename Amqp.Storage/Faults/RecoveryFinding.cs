namespace Amqp.Storage.Faults;

/// <summary>Bytes of a file in the data directory that are not an intact record.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="Offset">Offset in the file, in bytes.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="IsTornTail">True for an unfinished write at the end of a file, which loses no confirmed message. False for damage.</param>
/// <param name="IsRebuilt">True for a damaged index that was rebuilt from its segment, without loss.</param>
public sealed record RecoveryFinding(string File, long Offset, long Length, bool IsTornTail, bool IsRebuilt = false)
{
    /// <summary>Returns the finding as one line for the broker's log.</summary>
    public override string ToString() => IsRebuilt
        ? $"{File}: was damaged and has been rebuilt; nothing is lost"
        : IsTornTail
        ? $"{File}: cut off {Length} bytes of an unfinished write at {Offset}"
        : $"{File}: {Length} bytes at {Offset} are damaged; the contents are lost";
}
