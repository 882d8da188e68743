namespace Amqp.Server.Broker.Alarms;

/// <summary>Free space on the disk of the data directory.</summary>
internal static class DiskSpace
{
    /// <summary>Returns the number of free bytes that this process may use; null if the system does not report it.</summary>
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
