using System.Diagnostics;
using System.Globalization;
using Amqp.Tests.Support;
using AmqpBroker.Embedded;

namespace Amqp.Tests.Embedded;

/// <summary>
/// Embedded brokers that have ended leave no threads, handles, memory or child processes in the process that started them.
/// </summary>
[NonParallelizable]
[Platform("Linux")]
public class EmbeddedFootprintTests
{
    private const int AtATime = 4;

    private static readonly int _starts = BrokerProgram.IsNative ? 200 : 40; // the portable build takes ten times as long to start

    [Test]
    public async Task Many_starts_leave_no_thread_handle_process_or_memory()
    {
        string parent = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            EmbeddedBrokerOptions options = TestedBroker.Options;
            options.TemporaryFolder = parent;
            for (int warm = 0; warm < 5; warm++)
                await StartTogetherAsync(options);
            Footprint before = Footprint.Now();
            for (int started = 0; started < _starts; started += AtATime)
                await StartTogetherAsync(options);
            Footprint after = Footprint.Now();

            TestContext.Out.WriteLine($"before {before}, after {after}");
            Assert.That(after.Handles, Is.LessThanOrEqualTo(before.Handles + 5));
            Assert.That(after.Threads, Is.LessThanOrEqualTo(before.Threads + 5));
            Assert.That(after.Memory, Is.LessThanOrEqualTo(before.Memory + (20 << 20)));
            Assert.That(after.Children, Is.EqualTo(before.Children));
            Assert.That(Directory.EnumerateFileSystemEntries(parent), Is.Empty);
        }
        finally
        {
            Directory.Delete(parent, recursive: true);
        }
    }

    private static Task StartTogetherAsync(EmbeddedBrokerOptions options) =>
        Task.WhenAll(Enumerable.Range(0, AtATime).Select(async _ =>
        {
            await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync(options);
            await broker.DeclareQueueAsync("q");
        }));

    private sealed record Footprint(int Handles, int Threads, long Memory, int Children)
    {
        public static Footprint Now()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            using var self = Process.GetCurrentProcess();
            int id = Environment.ProcessId;
            return new Footprint(
                Directory.GetFileSystemEntries("/proc/self/fd").Length,
                self.Threads.Count,
                self.WorkingSet64,
                Directory.GetDirectories("/proc").Count(path => char.IsAsciiDigit(Path.GetFileName(path)[0]) && IsChild(path, id)));
        }

        private static bool IsChild(string process, int parent)
        {
            try
            {
                // The process name is in parentheses. The next two fields are the process state and the parent's process id.
                string stat = File.ReadAllText(Path.Combine(process, "stat"));
                return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == parent.ToString(CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                return false;
            }
        }
    }
}
