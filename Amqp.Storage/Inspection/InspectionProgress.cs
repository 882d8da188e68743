namespace Amqp.Storage.Inspection;

/// <summary>Progress of an inspection: the bytes read so far, and the approximate number of bytes to read in total.</summary>
public readonly record struct InspectionProgress(long BytesRead, long BytesToRead);

/// <summary>Counts the bytes that an inspection reads, and reports the progress. Not thread-safe.</summary>
internal sealed class ReadCounter(IProgress<InspectionProgress>? progress)
{
    public long BytesRead { get; private set; }

    /// <summary>Approximate number of bytes to read in total.</summary>
    public long BytesToRead { get; set; }

    public void Add(long bytes)
    {
        BytesRead += bytes;
        progress?.Report(new InspectionProgress(Math.Min(BytesRead, BytesToRead), BytesToRead));
    }
}
