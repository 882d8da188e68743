using System.Globalization;
using System.Text;
using Amqp.Storage.Files;

namespace Amqp.Storage.Replication;

/// <summary>The state of a follower's data directory.</summary>
/// <param name="Epoch">The highest epoch of a leader that the follower has followed. Streams of older epochs are refused.</param>
/// <param name="IsComplete">False while files are copied: the directory is no consistent store then.</param>
public readonly record struct ReplicaState(ulong Epoch, bool IsComplete);

/// <summary>The file that keeps the <see cref="ReplicaState"/> of a data directory. It is replaced as a whole.</summary>
internal static class ReplicaStateFile
{
    public const string Name = "replica";

    /// <summary>Name of the file that replaces the old one.</summary>
    public const string NewName = Name + ".new";

    private const string Complete = "complete", Copying = "copying";

    /// <summary>Reads the state; that of epoch 0 if the directory was never a follower's.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static ReplicaState Read(IStoreFiles files, string directory)
    {
        string path = Path.Combine(directory, Name);
        if (!files.Exists(path))
            return new ReplicaState(0, IsComplete: true);
        Span<byte> text = stackalloc byte[64];
        using var file = files.Open(path, FileAccess.Read);
        string[] words = Encoding.ASCII.GetString(text[..file.Read(text, 0)]).Split(' ');
        return words is [var epoch, Complete or Copying] && ulong.TryParse(epoch, CultureInfo.InvariantCulture, out ulong number)
            ? new ReplicaState(number, words[1] == Complete)
            : throw new InvalidDataException($"{path} does not hold the state of a replica");
    }

    /// <summary>Replaces the state, and syncs it.</summary>
    public static void Write(IStoreFiles files, string directory, ReplicaState state)
    {
        string path = Path.Combine(directory, NewName);
        using (var file = files.Create(path))
        {
            file.Write(Encoding.ASCII.GetBytes($"{state.Epoch} {(state.IsComplete ? Complete : Copying)}"), 0);
            file.Sync();
        }
        files.Rename(path, Path.Combine(directory, Name));
        files.SyncDirectory(directory);
    }
}
