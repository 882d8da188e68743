namespace Amqp.Server.Broker.Alarms;

/// <summary>Free space on the disk of the data folder.</summary>
internal static class DiskSpace
{
    /// <summary>Returns the bytes that are free for this process, or null if the file system does not tell.</summary>
    public static long? Free(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
