namespace Amqp.Storage.Faults;

/// <summary>Thrown when the store has failed: after a failed write or sync, nothing becomes durable any more.</summary>
public sealed class StoreFailedException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Thrown when the disk is full. Nothing has changed, and the call can be retried when there is space.</summary>
public sealed class StoreFullException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Thrown when bytes in the data directory are damaged.</summary>
/// <param name="file">Path of the file.</param>
/// <param name="offset">Offset of the damage, in bytes.</param>
/// <param name="message">Description of the damage.</param>
public sealed class StoreDamagedException(string file, long offset, string message) : Exception($"{file} at {offset}: {message}")
{
    /// <summary>Path of the file.</summary>
    public string File { get; } = file;

    /// <summary>Offset of the damage in the file, in bytes.</summary>
    public long Offset { get; } = offset;
}

/// <summary>Thrown when the data directory cannot be opened, for instance because another broker uses the directory.</summary>
public sealed class DataDirectoryException(string message) : Exception(message);
