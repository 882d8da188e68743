namespace Amqp.Server.Broker.Alarms;

/// <summary>How much room is left where the data folder is.</summary>
internal static class DiskSpace
{
    /// <summary>Bytes free for this process; null when the file system does not say.</summary>
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
