using Amqp.Storage.Files;

namespace Amqp.Tests.Storage;

/// <summary>Real files that can be listed and read. Any other call makes the test fail.</summary>
internal sealed class ReadOnlyFiles : IStoreFiles
{
    private readonly DiskFiles _disk = new();

    public IReadOnlyList<string> List(string directory) => _disk.List(directory);

    public long? FreeBytes(string directory) => _disk.FreeBytes(directory);

    public bool Exists(string path) => _disk.Exists(path);

    public void CreateDirectory(string path) => throw Changes("create", path);

    public IStoreFile Create(string path) => throw Changes("create", path);

    public IStoreFile Open(string path, FileAccess access) =>
        access == FileAccess.Read ? _disk.Open(path, access) : throw Changes("write", path);

    public void Delete(string path) => throw Changes("delete", path);

    public void Rename(string from, string to) => throw Changes("rename", from);

    public void SyncDirectory(string path) => throw Changes("sync", path);

    private static AssertionException Changes(string how, string path) => new($"asked to {how} {path}");
}
