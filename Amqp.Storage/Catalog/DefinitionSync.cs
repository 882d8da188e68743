namespace Amqp.Storage.Catalog;

/// <summary>
/// Waits until changed definitions are on the disk, and in a cluster on the disks of the nodes in sync, before their requests are answered.
/// Thread-safe.
/// </summary>
/// <remarks>Requests that wait at the same time share a sync. A request is not answered by a sync that had begun before it.</remarks>
public sealed class DefinitionSync
{
    private readonly FileCatalog _catalog;
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask; // guarded by the lock, as is the next field
    private Task? _next;

    internal DefinitionSync(FileCatalog catalog) => _catalog = catalog;

    /// <summary>True if a change is not synced yet.</summary>
    public bool IsNeeded => _catalog.IsDirty || _catalog.IsSyncing;

    /// <summary>Syncs all changes made before the call.</summary>
    /// <returns>A task that fails with an <see cref="IOException"/> if it is not known whether they are durable.</returns>
    public Task RunAsync()
    {
        lock (_gate)
            return _next ??= RunAfterAsync(_running);
    }

    private async Task RunAfterAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_gate)
        {
            (_running, _next) = (_next!, null);
        }
        _catalog.Sync();
    }
}
