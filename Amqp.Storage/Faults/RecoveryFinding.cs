namespace Amqp.Storage.Faults;

/// <summary>Bytes in the data folder that are no records.</summary>
/// <param name="File">The file in question.</param>
/// <param name="Offset">Where in it they begin, in bytes.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="IsTornTail">
/// True for the end of a file that was being written when the last run ended: cut off, and nothing that was confirmed is lost.
/// False for damage: what stood there is lost, and the intact records behind it are served.
/// </param>
/// <param name="IsRebuilt">True for a damaged index that was made anew from its segment: nothing is lost.</param>
public sealed record RecoveryFinding(string File, long Offset, long Length, bool IsTornTail, bool IsRebuilt = false)
{
    /// <summary>One line for the log.</summary>
    public override string ToString() => IsRebuilt
        ? $"{File}: was damaged and has been made anew; nothing is lost"
        : IsTornTail
        ? $"{File}: cut off {Length} bytes of an unfinished write at {Offset}"
        : $"{File}: {Length} bytes at {Offset} are damaged; what stood there is lost";
}
