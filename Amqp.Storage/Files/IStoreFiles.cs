namespace Amqp.Storage.Files;

/// <summary>The few things the store asks of a file system, so that a test can make any of them fail and knows what was synced.</summary>
internal interface IStoreFiles
{
    /// <summary>Names, without the folder, of the files in a folder.</summary>
    IReadOnlyList<string> List(string directory);

    bool Exists(string path);

    /// <summary>Creates a folder that is not there, with those above it, and makes their names survive a power cut.</summary>
    void CreateDirectory(string path);

    /// <summary>Bytes that can still be written where a folder is; null when that cannot be told.</summary>
    long? FreeBytes(string directory);

    /// <summary>Creates a file to write, emptying one that exists.</summary>
    IStoreFile Create(string path);

    /// <summary>Opens a file that exists.</summary>
    IStoreFile Open(string path, FileAccess access);

    void Delete(string path);

    /// <summary>Gives a file a new name, replacing one that has it.</summary>
    void Rename(string from, string to);

    /// <summary>Makes names created, changed and deleted in a folder survive a power cut.</summary>
    void SyncDirectory(string path);
}

/// <summary>An open file. Positions are in bytes; every failure is an <see cref="IOException"/>.</summary>
internal interface IStoreFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <returns>Bytes read.</returns>
    int Read(Span<byte> target, long offset);

    /// <summary>Hands all of it to the operating system.</summary>
    void Write(ReadOnlySpan<byte> source, long offset);

    void Truncate(long length);

    /// <summary>Makes the file as long as this, with zeros, and takes room on the disk for all of it.</summary>
    void Extend(long length);

    /// <summary>Makes what was written survive a power cut.</summary>
    void Sync();
}
