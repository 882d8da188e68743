using System.Globalization;

namespace Cluster.Nodes;

/// <summary>A number that only this process uses, and the names and addresses that follow from it.</summary>
internal sealed class ClusterPlace : IDisposable
{
    private const int First = 1, Last = 250;

    private static readonly string _base = Path.Join(Path.GetTempPath(), "amqpbroker-cluster");

    private readonly FileStream _lock;

    private ClusterPlace(int number, FileStream heldLock) => (Number, _lock) = (number, heldLock);

    public int Number { get; }

    /// <summary>Folder of the files of all nodes.</summary>
    public string Folder => Path.Join(_base, Number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Beginning of the names of the network namespaces.</summary>
    public string Prefix => $"amqpcluster{Number}-";

    /// <summary>Takes a free number. What an earlier process has left under it is removed.</summary>
    public static async Task<ClusterPlace> TakeAsync()
    {
        Directory.CreateDirectory(_base);
        for (int number = First; number <= Last; number++)
        {
            FileStream heldLock;
            try
            {
                heldLock = new FileStream(Path.Join(_base, $"{number}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                continue; // another process uses it
            }
            var place = new ClusterPlace(number, heldLock);
            await place.ClearAsync();
            return place;
        }
        throw new InvalidOperationException("all places for clusters are in use");
    }

    /// <summary>Returns the address of a node: brokers have 11 to 13, members of etcd 21 to 23, and the test has 1.</summary>
    public string AddressOf(int host) => $"10.77.{Number}.{host}";

    /// <summary>Ends all processes of the namespaces, and removes the namespaces, file systems and files.</summary>
    public async Task ClearAsync() => await Shell.RunAsync(
        $"""
        for mount in $(grep -o ' {Folder}/[^ ]*' /proc/mounts); do fsfreeze -u $mount 2>/dev/null || true; done
        for space in $(ip netns list | grep -o '^{Prefix}[^ ]*'); do
          for pid in $(ip netns pids $space); do kill -9 $pid 2>/dev/null || true; done
        done
        for space in $(ip netns list | grep -o '^{Prefix}[^ ]*'); do
          while [ -n "$(ip netns pids $space)" ]; do sleep 0.05; done
          ip netns del $space
        done
        for mount in $(grep -o ' {Folder}/[^ ]*' /proc/mounts); do umount $mount || umount -l $mount; done
        rm -rf {Folder}
        """);

    public void Dispose() => _lock.Dispose();
}
