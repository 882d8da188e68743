using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Tests.Fuzz.Targets;

/// <summary>
/// Opens a data directory in which an input has replaced one of the files. The store either opens and reports the damage, or refuses to
/// open and gives a reason.
/// </summary>
/// <remarks>The first octet of an input chooses the file.</remarks>
internal sealed class StoreRecoveryTarget : FuzzTarget
{
    private const int Files = 4;

    private static readonly StoreOptions _small = new()
    {
        BlockSize = 4 << 10,
        SegmentSize = 16 << 10,
        ResidentBytes = 8 << 10,
        MaxMessagesInMemory = 8,
        SyncInterval = TimeSpan.FromMilliseconds(1)
    };

    private readonly string _original = FastFolder.Create();
    private readonly string _copy = FastFolder.Create();

    public StoreRecoveryTarget()
    {
        using var directory = DataDirectory.Open(_original, _small);
        directory.Catalog.Put("queue/a", "value"u8);
        directory.Catalog.Put("queue/b", "value"u8);
        directory.Catalog.Remove("queue/b");
        var store = directory.OpenStore(new HashSet<uint> { 1, 2 });
        StoredQueue first = store.OpenQueue(1, durable: true), second = store.OpenQueue(2, durable: true);
        var stored = new StoredMessage[2];
        for (int count = 0; count < 200; count++)
        {
            store.Append([first, second], [], new byte[count], persistent: true, stored);
            first.Add(stored[0]);
            second.Add(stored[1]);
            if (count % 3 == 0 && first.TryTake(out var taken))
                store.Settle(first, [taken]);
        }
        store.WaitForCommitAsync(store.AppendedPosition).GetAwaiter().GetResult();
        ((FileMessageStore)store).WhenIdleAsync().GetAwaiter().GetResult();
        store.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            for (byte file = 0; file < Files; file++)
                if (PathIn(_original, file) is { } path)
                    yield return [file, .. File.ReadAllBytes(path)];
        }
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        CopyOriginal();
        if (PathIn(_copy, (byte)(input[0] % Files)) is not { } path)
            return;
        File.WriteAllBytes(path, input[1..].ToArray());
        try
        {
            Open();
            Open(); // opens the files in the state in which the first call has left them
        }
        catch (DataDirectoryException)
        {
            // Expected: the store refuses to open, and the exception contains the reason.
        }
    }

    protected override void Close()
    {
        Directory.Delete(_original, recursive: true);
        Directory.Delete(_copy, recursive: true);
    }

    private static string? PathIn(string folder, byte file) => file switch
    {
        0 => Directory.GetFiles(Path.Combine(folder, "segments"), "*.log").Order(StringComparer.Ordinal).LastOrDefault(),
        1 => Directory.GetFiles(Path.Combine(folder, "segments"), "*.idx").Order(StringComparer.Ordinal).FirstOrDefault(),
        2 => Directory.GetFiles(Path.Combine(folder, "segments"), "*.ack").Order(StringComparer.Ordinal).FirstOrDefault(),
        _ => Path.Combine(folder, "catalog.log"),
    };

    private void CopyOriginal()
    {
        Directory.Delete(_copy, recursive: true);
        foreach (string file in Directory.GetFiles(_original, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(_copy, Path.GetRelativePath(_original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (Path.GetFileName(file) != "lock")
                File.Copy(file, target);
        }
    }

    /// <summary>Opens a store, reads all messages and settles half of them, and closes the store.</summary>
    private void Open()
    {
        using var directory = DataDirectory.Open(_copy, _small);
        _ = directory.Catalog.Entries.Count;
        var store = directory.OpenStore(new HashSet<uint> { 1, 2 });
        try
        {
            foreach (var queue in (StoredQueue[])[store.OpenQueue(1, durable: true), store.OpenQueue(2, durable: true)])
                while (queue.TryTake(out var message))
                    Read(store, queue, message);
            _ = directory.Report;
        }
        finally
        {
            store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static void Read(IMessageStore store, StoredQueue queue, in StoredMessage message)
    {
        try
        {
            using var payload = store.Read(message);
            _ = payload.Payload.Length;
        }
        catch (StoreDamagedException)
        {
            // Expected: the message is damaged.
        }
        if (message.Sequence % 2 == 0)
            store.Settle(queue, new ReadOnlySpan<StoredMessage>(in message));
    }
}
