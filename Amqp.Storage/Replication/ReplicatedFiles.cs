using System.Text;
using Amqp.Storage.Files;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Replication;

/// <summary>The files of a leader. Each change is also appended to the operations for the followers. Thread-safe.</summary>
/// <remarks>
/// A change comes into the operations after it succeeded here, so a follower never has a change that failed. A sync returns when the
/// followers in the in-sync set have synced too. Files that only this machine needs are not replicated: see <see cref="IsReplicated"/>.
/// The gate of the log guards the names.
/// </remarks>
internal sealed class ReplicatedFiles : IStoreFiles
{
    private readonly IStoreFiles _below;
    private readonly string _root;
    private readonly ReplicationLog _log;
    private readonly Dictionary<string, ReplicatedName> _names = []; // of the files that were opened for writing and exist

    /// <param name="below">The files of this machine.</param>
    /// <param name="root">Full path of the data directory.</param>
    /// <param name="log">Receives the operations.</param>
    public ReplicatedFiles(IStoreFiles below, string root, ReplicationLog log) => (_below, _root, _log) = (below, root, log);

    /// <summary>The folders with replicated files, relative to the data directory.</summary>
    public static IReadOnlyList<string> Folders { get; } = ["", SegmentSet.FolderName];

    /// <summary>Returns the path, relative to the data directory, of a file in one of the <see cref="Folders"/>.</summary>
    public static string PathOf(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    /// <summary>True if followers have a file too. The path is relative to the data directory, with slashes.</summary>
    /// <remarks>
    /// Not replicated are page files, the lock, the disk reserve, whose size depends on the machine's disk, and files about the node.
    /// </remarks>
    public static bool IsReplicated(string path) =>
        !path.StartsWith("../", StringComparison.Ordinal) && !path.StartsWith("pages/", StringComparison.Ordinal)
            && path is not ("pages" or "lock" or "reserve" or ".." or ReplicaStateFile.Name or ReplicaStateFile.NewName
                or ReplicaFiles.Node or ReplicaFiles.Probe);

    public FileUsage Usage => _below.Usage;

    public IReadOnlyList<string> List(string directory) => _below.List(directory);

    public bool Exists(string path) => _below.Exists(path);

    public long? FreeBytes(string directory) => _below.FreeBytes(directory);

    public void CreateDirectory(string path)
    {
        _below.CreateDirectory(path);
        if (NameOf(path) is { } name)
            Append(FileOperationKind.CreateDirectory, name);
    }

    public IStoreFile Create(string path)
    {
        var file = _below.Create(path);
        if (NameOf(path) is not { } name)
            return file;
        Append(FileOperationKind.Create, name);
        return new ReplicatedFile(this, file, name);
    }

    public IStoreFile Open(string path, FileAccess access)
    {
        var file = _below.Open(path, access);
        return access != FileAccess.Read && NameOf(path) is { } name ? new ReplicatedFile(this, file, name) : file;
    }

    public void Delete(string path)
    {
        _below.Delete(path);
        if (NameOf(path) is not { } name)
            return;
        lock (_log.Gate)
        {
            AppendHeld(FileOperationKind.Delete, name);
            name.IsGone = true;
            _names.Remove(path);
        }
    }

    public void Rename(string from, string to)
    {
        _below.Rename(from, to);
        if (NameOf(from) is not { } name || NameOf(to) is not { } replaced)
            return;
        lock (_log.Gate)
        {
            AppendHeld(FileOperationKind.Rename, name, 0, replaced.Path);
            replaced.IsGone = true;
            name.Path = replaced.Path;
            _names.Remove(from);
            _names[to] = name;
        }
    }

    public void SyncDirectory(string path)
    {
        ulong? number = NameOf(path) is { } name ? Append(FileOperationKind.SyncDirectory, name) : null;
        _below.SyncDirectory(path);
        if (number is { } asked)
            _log.InSync.WaitForDurable(asked);
    }

    /// <summary>Returns the name of a file or folder that is replicated; null for others.</summary>
    private ReplicatedName? NameOf(string path)
    {
        lock (_log.Gate)
        {
            if (_names.TryGetValue(path, out var name))
                return name;
            string relative = Path.GetRelativePath(_root, path).Replace('\\', '/');
            if (!IsReplicated(relative))
                return null;
            return _names[path] = new ReplicatedName(relative == "." ? [] : Encoding.UTF8.GetBytes(relative));
        }
    }

    private ulong Append(FileOperationKind kind, ReplicatedName name, long offset = 0, ReadOnlySpan<byte> bytes = default)
    {
        lock (_log.Gate)
            return AppendHeld(kind, name, offset, bytes);
    }

    /// <remarks>The caller holds the gate once: the wait for room may release it.</remarks>
    private ulong AppendHeld(FileOperationKind kind, ReplicatedName name, long offset = 0, ReadOnlySpan<byte> bytes = default)
    {
        _log.WaitForRoom(OperationFrame.HeaderSize + name.Path.Length + bytes.Length);
        // The name is read after the wait, because the file may have been renamed or deleted meanwhile.
        return name.IsGone ? _log.Last : _log.Append(kind, name.Path, offset, bytes);
    }

    /// <summary>Name of a file that is open. A renamed file keeps its object. The gate of the log guards it.</summary>
    private sealed class ReplicatedName(byte[] path)
    {
        public byte[] Path { get; set; } = path;

        /// <summary>True if the file was deleted or replaced. Followers need no changes of it.</summary>
        public bool IsGone { get; set; }
    }

    private sealed class ReplicatedFile(ReplicatedFiles owner, IStoreFile file, ReplicatedName name) : IStoreFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> target, long offset) => file.Read(target, offset);

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            file.Write(source, offset);
            for (int most = owner._log.Ring.Capacity / 4; source.Length > most; source = source[most..], offset += most)
                owner.Append(FileOperationKind.Write, name, offset, source[..most]);
            owner.Append(FileOperationKind.Write, name, offset, source);
        }

        public void Truncate(long length)
        {
            file.Truncate(length);
            owner.Append(FileOperationKind.Truncate, name, length);
        }

        public void Extend(long length)
        {
            file.Extend(length);
            owner.Append(FileOperationKind.Extend, name, length);
        }

        public bool TryAllocate(long length)
        {
            if (!file.TryAllocate(length))
                return false;
            owner.Append(FileOperationKind.Extend, name, length);
            return true;
        }

        public void Sync()
        {
            ulong number = owner.Append(FileOperationKind.Sync, name); // sent first: the followers sync at the same time
            file.Sync();
            owner._log.InSync.WaitForDurable(number);
        }

        public void Dispose() => file.Dispose();
    }
}
