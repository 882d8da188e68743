using System.Text;

namespace Amqp.Storage.Replication;

/// <summary>Kinds of file operations. The values are sent to other brokers, so they never change.</summary>
internal enum FileOperationKind : byte
{
    /// <summary>A file is created, or emptied.</summary>
    Create = 1,

    Write = 2,
    Truncate = 3,

    /// <summary>A file is extended with zeros to a length, and disk space is allocated for it. A longer file stays as it is.</summary>
    Extend = 4,

    Delete = 5,
    Rename = 6,
    CreateDirectory = 7,
    Sync = 8,
    SyncDirectory = 9,

    /// <summary>A part of a file for a follower that lacks it. The file is created if it is missing.</summary>
    Copy = 16,

    /// <summary>A file gets this length for a follower that lacks parts of it. The file is created if it is missing.</summary>
    Resize = 17,

    /// <summary>The follower has all files. It syncs those that were copied.</summary>
    Complete = 18,

    /// <summary>Asks for an answer, to show that both ends are alive. It is no operation, and has the number 0.</summary>
    Heartbeat = 19,
}

/// <summary>A change of a file or a folder of the store, as the leader did it and its followers repeat it.</summary>
/// <remarks>Repeating consecutive operations that were applied already gives the same files again.</remarks>
internal readonly ref struct FileOperation
{
    /// <summary>Number of the operation: one more than that of the one before. Parts of copies have the number of the last one.</summary>
    public required ulong Number { get; init; }

    /// <summary>Epoch of the leader that did the operation.</summary>
    public required ulong Epoch { get; init; }

    public required FileOperationKind Kind { get; init; }

    /// <summary>Path of the file or folder, relative to the data directory, as UTF-8 with slashes. Empty for the data directory.</summary>
    public ReadOnlySpan<byte> Path { get; init; }

    /// <summary>Offset of a write, or new length of the file, in bytes. Of a heartbeat: the leader's timestamp.</summary>
    public long Offset { get; init; }

    /// <summary>Bytes of a write, or new path of a renamed file.</summary>
    public ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>True if the follower answers when everything up to this operation is on its disk.</summary>
    public bool IsAnswered => Kind is FileOperationKind.Sync or FileOperationKind.SyncDirectory or FileOperationKind.Complete;

    /// <summary>The path as text.</summary>
    public string PathText => Encoding.UTF8.GetString(Path);

    /// <summary>The new path of a renamed file as text.</summary>
    public string NewPathText => Encoding.UTF8.GetString(Bytes);
}
