using System.Diagnostics;
using Amqp.Storage.Files;

namespace Amqp.Storage.Replication;

/// <summary>Finds out whether the disk of a data directory answers, by the sync of a small file again and again. Thread-safe.</summary>
/// <remarks>A leader whose disk does not answer can confirm nothing, and must leave its place to another node.</remarks>
internal sealed class DiskProbe : IDisposable
{
    private readonly IStoreFiles _files;
    private readonly string _path;
    private readonly TimeSpan _interval;
    private readonly ManualResetEventSlim _end = new();
    private long _answered = Stopwatch.GetTimestamp();

    /// <param name="files">The files of this machine.</param>
    /// <param name="root">Full path of the data directory.</param>
    /// <param name="interval">Time between two syncs.</param>
    public DiskProbe(IStoreFiles files, string root, TimeSpan interval)
    {
        (_files, _path, _interval) = (files, Path.Join(root, ReplicaFiles.Probe), interval);
        new Thread(Run) { IsBackground = true, Name = "Disk probe" }.Start();
    }

    /// <summary>Time since the begin of the last sync that has ended.</summary>
    public TimeSpan Silence => Stopwatch.GetElapsedTime(Volatile.Read(ref _answered));

    public void Dispose() => _end.Set();

    private void Run()
    {
        do
        {
            long began = Stopwatch.GetTimestamp();
            try
            {
                using var file = _files.Create(_path);
                file.Write("."u8, 0);
                file.Sync();
                Volatile.Write(ref _answered, began);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // A full or failing disk answers; what the store does about it is the store's affair.
                Volatile.Write(ref _answered, began);
            }
        }
        while (!_end.Wait(_interval));
    }
}
