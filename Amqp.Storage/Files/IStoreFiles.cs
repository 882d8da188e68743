namespace Amqp.Storage.Files;

/// <summary>The file operations of the store. Tests replace them with operations that fail or record what was synced.</summary>
internal interface IStoreFiles
{
    /// <summary>Number and duration of the operations on the disk, where they are counted.</summary>
    FileUsage Usage => new();

    /// <summary>Returns the names of the files in a folder, without the path of the folder.</summary>
    IReadOnlyList<string> List(string directory);

    bool Exists(string path);

    /// <summary>Creates a folder and its missing parents. Syncs each folder in which a folder was created.</summary>
    void CreateDirectory(string path);

    /// <summary>Returns the free bytes on the disk of a folder; null if unknown.</summary>
    long? FreeBytes(string directory);

    /// <summary>Creates a file for writing, or empties an existing one.</summary>
    IStoreFile Create(string path);

    /// <summary>Opens an existing file.</summary>
    IStoreFile Open(string path, FileAccess access);

    void Delete(string path);

    /// <summary>Renames a file. Replaces a file that already has the new name.</summary>
    void Rename(string from, string to);

    /// <summary>Makes all creations, renames and deletions of files in a folder durable.</summary>
    void SyncDirectory(string path);
}

/// <summary>An open file. Offsets are in bytes. Every failure is an <see cref="IOException"/>.</summary>
internal interface IStoreFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <returns>Number of bytes read.</returns>
    int Read(Span<byte> target, long offset);

    void Write(ReadOnlySpan<byte> source, long offset);

    void Truncate(long length);

    /// <summary>Extends the file with zeros to this length, and allocates disk space for all of it.</summary>
    void Extend(long length);

    /// <summary>Extends the file with zeros to this length and allocates disk space for all of it, without writing the zeros.</summary>
    /// <returns>False if the system cannot do this. The file has not changed.</returns>
    /// <exception cref="IOException">The disk is full. The file may have been extended by a part.</exception>
    bool TryAllocate(long length);

    /// <summary>Makes everything that was written to the file durable, and the file's length.</summary>
    void Sync();
}
