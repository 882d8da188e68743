using Amqp.Storage.Files;

namespace Amqp.Storage.Replication;

/// <summary>Repeats the operations of a leader on the files of a follower. Used by one thread at a time.</summary>
internal sealed class FollowerStore : IDisposable
{
    /// <summary>Number of files that stay open between operations.</summary>
    private const int MostOpen = 64;

    private readonly IStoreFiles _files;
    private readonly string _root;
    private readonly Dictionary<string, IStoreFile> _open = [];
    private readonly OperationHistory? _history;
    private ReplicaState _state;

    /// <param name="files">The files of this machine.</param>
    /// <param name="root">Full path of the data directory.</param>
    /// <param name="history">Keeps the operations for the case that this node becomes the leader; null if it cannot.</param>
    /// <exception cref="InvalidDataException">The state of the directory is damaged.</exception>
    public FollowerStore(IStoreFiles files, string root, OperationHistory? history = null)
    {
        (_files, _root, _history) = (files, root, history);
        _state = ReplicaStateFile.Read(files, root);
    }

    /// <summary>Epoch of the leader that is followed, and whether the directory is a consistent store.</summary>
    public ReplicaState State => _state;

    /// <summary>The last operation that was applied; number 0 before the first, and before a copy is complete.</summary>
    public ReplicaPosition Last { get; private set; }

    /// <summary>Begins to follow a leader. The epoch is durable before anything of the leader is accepted.</summary>
    /// <exception cref="InvalidDataException">The leader's epoch is older than that of a leader that was followed before.</exception>
    public void Accept(ulong epoch)
    {
        if (epoch < _state.Epoch)
            throw new InvalidDataException($"epoch {epoch} of the leader is over: epoch {_state.Epoch} has begun");
        if (epoch != _state.Epoch)
            Write(_state with { Epoch = epoch });
    }

    /// <summary>Notes durably that files will be copied, so that the directory is no consistent store.</summary>
    public void BeginCopy()
    {
        Close();
        Write(_state with { IsComplete = false });
        Last = default;
    }

    /// <summary>Applies an operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="frame">The same, as it came.</param>
    /// <returns>True if everything up to the operation is on the disk, and the leader waits for this answer.</returns>
    /// <exception cref="InvalidDataException">The operation does not follow the last one, or cannot be one of a leader.</exception>
    /// <exception cref="IOException">The operation failed. The follower has to begin anew.</exception>
    public bool Apply(in FileOperation operation, ReadOnlySpan<byte> frame)
    {
        var position = new ReplicaPosition(operation.Epoch, operation.Number);
        // A leader that was a follower itself also sends operations of the epoch before.
        if (operation.Epoch > _state.Epoch || operation.Epoch < Last.Epoch)
            throw new InvalidDataException($"an operation of epoch {operation.Epoch} came in epoch {_state.Epoch}");
        // The follower of a link that was interrupted syncs once, without a new operation.
        ulong next = operation.Kind == FileOperationKind.Complete ? Last.Number : Last.Number + 1;
        if (_state.IsComplete && operation.Number != next)
            throw new InvalidDataException($"operation {operation.Number} came after {Last.Number}");
        string path = FullPath(operation.PathText);
        bool wasComplete = _state.IsComplete;
        switch (operation.Kind)
        {
            case FileOperationKind.Create:
                Forget(path);
                Keep(path, _files.Create(path));
                break;
            case FileOperationKind.Write:
                Open(path).Write(operation.Bytes, operation.Offset);
                break;
            case FileOperationKind.Truncate:
                Open(path).Truncate(operation.Offset);
                break;
            case FileOperationKind.Extend:
                Open(path).Extend(operation.Offset);
                break;
            case FileOperationKind.Delete:
                Forget(path);
                if (_files.Exists(path))
                    _files.Delete(path);
                break;
            case FileOperationKind.Rename:
                Rename(path, FullPath(operation.NewPathText));
                break;
            case FileOperationKind.CreateDirectory:
                _files.CreateDirectory(path);
                break;
            case FileOperationKind.Sync:
                Open(path).Sync();
                break;
            case FileOperationKind.SyncDirectory:
                _files.SyncDirectory(path);
                break;
            case FileOperationKind.Copy:
                OpenOrCreate(path).Write(operation.Bytes, operation.Offset);
                break;
            case FileOperationKind.Resize:
                Resize(OpenOrCreate(path), operation.Offset);
                break;
            case FileOperationKind.Complete:
                CompleteCopy();
                break;
            default:
                throw new InvalidDataException($"{operation.Kind} is no file operation");
        }
        if (operation.Kind == FileOperationKind.Complete)
        {
            if (wasComplete)
                return true;
            _history?.StartAfter(position);
        }
        else if (wasComplete)
        {
            _history?.Append(position, frame, default);
        }
        Last = position;
        return operation.IsAnswered && _state.IsComplete;
    }

    public void Dispose() => Close();

    private static void Resize(IStoreFile file, long length)
    {
        if (file.Length < length)
            file.Extend(length);
        else
            file.Truncate(length);
    }

    private string FullPath(string path)
    {
        bool isBelow = path.Length == 0
            || (ReplicatedFiles.IsReplicated(path) && path[0] != '/' && !path.Contains('\0') && !path.Split('/').Contains(".."));
        return isBelow ? Path.Join(_root, path).TrimEnd('/') : throw new InvalidDataException($"'{path}' is no file of a store");
    }

    private IStoreFile OpenOrCreate(string path) =>
        _open.ContainsKey(path) || _files.Exists(path) ? Open(path) : Keep(path, _files.Create(path));

    private IStoreFile Open(string path) =>
        _open.TryGetValue(path, out var file) ? file : Keep(path, _files.Open(path, FileAccess.ReadWrite));

    private IStoreFile Keep(string path, IStoreFile file)
    {
        if (_open.Count >= MostOpen)
            Close();
        _open[path] = file;
        return file;
    }

    private void Rename(string from, string to)
    {
        Forget(from);
        Forget(to);
        _files.Rename(from, to);
    }

    private void Forget(string path)
    {
        if (_open.Remove(path, out var file))
            file.Dispose();
    }

    /// <summary>Syncs all files, including those that were right already: they may have been written and not synced.</summary>
    private void CompleteCopy()
    {
        foreach (string folder in ReplicatedFiles.Folders)
        {
            string directory = FullPath(folder);
            _files.CreateDirectory(directory);
            foreach (string name in _files.List(directory))
                if (ReplicatedFiles.IsReplicated(ReplicatedFiles.PathOf(folder, name)))
                    Open(Path.Join(directory, name)).Sync();
            _files.SyncDirectory(directory);
        }
        Write(_state with { IsComplete = true });
    }

    private void Write(ReplicaState state)
    {
        ReplicaStateFile.Write(_files, _root, state);
        _state = state;
    }

    private void Close()
    {
        foreach (var file in _open.Values)
            file.Dispose();
        _open.Clear();
    }
}
