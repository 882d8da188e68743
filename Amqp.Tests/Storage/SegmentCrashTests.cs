using System.Collections.Concurrent;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>
/// The process is killed just before a call that writes an index, writes an acknowledgement file or deletes a segment. The store recovers.
/// </summary>
public sealed class SegmentCrashTests
{
    private const int Messages = 700;

    private static readonly string[] _texts = [.. Enumerable.Range(0, Messages).Select(i => $"message {i} {new string('x', i % 200)}")];

    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<Crash> _crashes = new();
    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;
    private int _published; // number of messages that are certainly durable
    private int _settled;

    /// <param name="Folder">Copy of the files as they are if the process is killed just before the call.</param>
    /// <param name="Call">The call that was about to be made.</param>
    /// <param name="Published">Number of messages that were certainly durable.</param>
    /// <param name="Settled">Number of messages whose settle records were certainly durable.</param>
    private sealed record Crash(TestFolder Folder, string Call, int Published, int Settled);

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        _files = new FaultyFiles();
        (_published, _settled) = (0, 0);
    }

    [TearDown]
    public void Delete()
    {
        foreach (Crash crash in _crashes)
            crash.Folder.Dispose();
        _crashes.Clear();
        _folder.Dispose();
    }

    [TestCase(0, new[] { "idx", "new", "log" })]
    [TestCase(1, new[] { "idx", "new", "log", "compacted" })]
    [TestCase(60, new[] { "idx", "new", "log", "acks" })]
    public async Task A_crash_at_any_step_loses_nothing_and_brings_nothing_settled_back(int oldMessages, string[] expectedFiles)
    {
        string[] kept = [.. Enumerable.Range(0, oldMessages).Select(i => $"kept {i} {new string('y', 200)}")];
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep, _files))
        {
            foreach (string text in kept)
                run.Store.Publish(text, Persistent, run.Second);
            await run.CommitAsync();
            _files.Before = TakePicture;
            int consumed = 0;
            for (int i = 0; i < Messages; i++)
            {
                run.Store.Publish(_texts[i], Persistent, run.First);
                if (i % 3 == 2 && i > 150)
                    run.Store.Consume(run.First);
                consumed += i % 3 == 2 && i > 150 ? 1 : 0;
                if (i % 20 != 19)
                    continue;
                await run.CommitAsync();
                (_published, _settled) = (i + 1, consumed);
            }
            for (; run.First.Count > 50; consumed++)
                run.Store.Consume(run.First);
            await run.SettleDownAsync();
            _settled = consumed;
            await run.SettleDownAsync();
            _files.Before = (_, _) => { };
        }

        Assert.That(_crashes.Select(crash => crash.Call.Split('.')[^1]), Is.SupersetOf(expectedFiles));
        foreach (Crash crash in _crashes)
        {
            await using var next = new StoreRun(crash.Folder.Path, StoreRun.Deep);
            string[] texts = next.Store.Texts(next.First);
            int first = texts.Length == 0 ? crash.Published : Array.IndexOf(_texts, texts[0]);
            Assert.That(texts, Is.EqualTo(_texts[first..(first + texts.Length)]), crash.Call);
            Assert.That(first, Is.GreaterThanOrEqualTo(crash.Settled), crash.Call);
            Assert.That(first + texts.Length, Is.GreaterThanOrEqualTo(crash.Published), crash.Call);
            Assert.That(next.Store.Texts(next.Second), Is.EqualTo(kept), crash.Call);
        }
    }

    private void TakePicture(string call, string name)
    {
        bool isOfSegments = call is "create" or "allocate" or "write" or "truncate" or "sync" or "rename" or "delete"
            && (call == "delete" || name.StartsWith("000", StringComparison.Ordinal));
        if (!isOfSegments)
            return;
        lock (_gate)
        {
            // The counts are read before the files are copied. So the copy contains at least this many messages and settle records.
            (int published, int settled) = (_published, _settled);
            try
            {
                _crashes.Enqueue(new Crash(_folder.Copy(), $"{call} {name}", published, settled));
            }
            catch (FileNotFoundException)
            {
                // Another thread deleted a file during the copying. The test ignores this copy, because it mixes files of two states.
            }
        }
    }
}
