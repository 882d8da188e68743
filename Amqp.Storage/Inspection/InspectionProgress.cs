namespace Amqp.Storage.Inspection;

/// <summary>How far an inspection is.</summary>
/// <param name="BytesRead">So far.</param>
/// <param name="BytesToRead">About how many there are, with those.</param>
public readonly record struct InspectionProgress(long BytesRead, long BytesToRead);

/// <summary>Counts what an inspection reads, and reports it. Not thread-safe.</summary>
internal sealed class ReadCounter(IProgress<InspectionProgress>? progress)
{
    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>About how many bytes there are to read.</summary>
    public long BytesToRead { get; set; }

    public void Add(long bytes)
    {
        BytesRead += bytes;
        progress?.Report(new InspectionProgress(Math.Min(BytesRead, BytesToRead), BytesToRead));
    }
}
