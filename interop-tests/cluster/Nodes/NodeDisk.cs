using System.Globalization;

namespace Cluster.Nodes;

/// <summary>The file system of one node: a mounted file, so that it can stall or be full alone.</summary>
/// <param name="folder">Where it is mounted.</param>
internal sealed class NodeDisk(string folder)
{
    private const int Megabytes = 400;

    public string Folder => folder;

    /// <summary>Makes and mounts the file system.</summary>
    public Task MountAsync() => Shell.RunAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        mkdir -p {folder}
        truncate -s {Megabytes}M {folder}.image
        mkfs.ext4 -q -m 0 {folder}.image
        mount -o loop {folder}.image {folder}
        """));

    /// <summary>Lets writes and syncs wait.</summary>
    public Task StallAsync() => Shell.RunAsync($"fsfreeze -f {folder}");

    /// <summary>Ends <see cref="StallAsync"/>.</summary>
    public Task GoOnAsync() => Shell.RunAsync($"fsfreeze -u {folder}");

    /// <summary>Fills the disk.</summary>
    public Task FillAsync() => Shell.RunAsync($"fallocate -l $(($(stat -f -c '%a * %S' {folder}) - 65536)) {folder}/filler || true");

    /// <summary>Ends <see cref="FillAsync"/>.</summary>
    public Task EmptyAsync() => Shell.RunAsync($"rm -f {folder}/filler");
}
