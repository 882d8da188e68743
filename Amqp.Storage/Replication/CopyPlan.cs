namespace Amqp.Storage.Replication;

/// <summary>
/// Which files a follower has while it is brought up to date, and so which operations it needs: those on files that it has or that are
/// being copied to it. Used by one thread.
/// </summary>
/// <remarks>
/// The operations on a file that the follower lacks are left out, because its parts are read after them. A part that is read when the
/// operations up to a number were sent, and is sent before the next one, may contain the effects of later operations. These repeat them.
/// </remarks>
internal sealed class CopyPlan
{
    private readonly Dictionary<string, ManifestFile?> _waiting = []; // files to compare or copy, with what the follower had
    private readonly HashSet<string> _present = []; // files that the follower has, or that are being copied

    /// <param name="had">The follower's files.</param>
    /// <param name="has">Paths of the leader's files.</param>
    public CopyPlan(Manifest had, IReadOnlyCollection<string> has)
    {
        foreach (string path in has)
            _waiting[path] = had.Files.GetValueOrDefault(path);
        Superfluous = [.. had.Files.Keys.Except(has)];
    }

    /// <summary>Files that the leader does not have.</summary>
    public IReadOnlyList<string> Superfluous { get; }

    /// <summary>The file whose parts are compared and copied now; null if there is none, or if it is not there any more.</summary>
    public string? Current { get; private set; }

    /// <summary>Takes the next file to compare. From now on the follower gets the operations on the file.</summary>
    /// <returns>False if no file is left.</returns>
    public bool TryTake(out string path, out ManifestFile? had)
    {
        foreach (var (next, manifest) in _waiting)
        {
            (path, had) = (next, manifest);
            _waiting.Remove(path);
            _present.Add(path);
            Current = path;
            return true;
        }
        (path, had) = ("", null);
        return false;
    }

    /// <summary>Notes that the current file cannot be copied.</summary>
    public void Abandon()
    {
        _present.Remove(Current!);
        Current = null;
    }

    /// <summary>Follows an operation of the leader.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="deleted">A file that the follower must delete instead of repeating the operation; else null.</param>
    /// <returns>True if the follower has to repeat the operation.</returns>
    public bool IsNeeded(in FileOperation operation, out string? deleted)
    {
        deleted = null;
        string path = operation.PathText;
        bool isCurrent = path == Current;
        if (isCurrent && operation.Kind is (FileOperationKind.Create or FileOperationKind.Delete or FileOperationKind.Rename))
            Current = null;
        switch (operation.Kind)
        {
            case FileOperationKind.Create:
                _waiting.Remove(path);
                _present.Add(path);
                return true;
            case FileOperationKind.Delete:
                _waiting.Remove(path);
                _present.Remove(path);
                return true;
            case FileOperationKind.Rename:
                return IsRenameNeeded(path, operation.NewPathText, isPartial: isCurrent, out deleted);
            case FileOperationKind.CreateDirectory or FileOperationKind.SyncDirectory:
                return true;
            default:
                return _present.Contains(path);
        }
    }

    private bool IsRenameNeeded(string from, string to, bool isPartial, out string? deleted)
    {
        deleted = null;
        _waiting.Remove(to);
        if (to == Current)
            Current = null;
        if (_present.Remove(from) && !isPartial)
        {
            _present.Add(to);
            return true;
        }
        // The follower lacks the file, so it is copied under its new name.
        deleted = from;
        _waiting.Remove(from);
        _present.Remove(to);
        _waiting[to] = null;
        return false;
    }
}
