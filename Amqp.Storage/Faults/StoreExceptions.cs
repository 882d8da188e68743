namespace Amqp.Storage.Faults;

/// <summary>The store can no longer make anything durable: a write or a sync failed.</summary>
public sealed class StoreFailedException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>There is no room on the disk for this. Nothing was changed, and once there is room again it can succeed.</summary>
public sealed class StoreFullException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Bytes in the data folder are not what was written there.</summary>
/// <param name="file">The file in question.</param>
/// <param name="offset">Where in it, in bytes.</param>
/// <param name="message">What is wrong.</param>
public sealed class StoreDamagedException(string file, long offset, string message) : Exception($"{file} at {offset}: {message}")
{
    /// <summary>The file in question.</summary>
    public string File { get; } = file;

    /// <summary>Where in the file, in bytes.</summary>
    public long Offset { get; } = offset;
}

/// <summary>The data folder cannot be opened: in use by another broker, or written by a newer version.</summary>
public sealed class DataDirectoryException(string message) : Exception(message);
