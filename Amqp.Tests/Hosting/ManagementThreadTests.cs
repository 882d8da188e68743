using Amqp.Server.Management.Http;

namespace Amqp.Tests.Hosting;

/// <summary>
/// After an await, code of the HTTP API continues on the thread pool, even if a socket's thread has completed the awaited task.
/// </summary>
public sealed class ManagementThreadTests
{
    [Test]
    public async Task What_is_awaited_goes_on_on_the_thread_pool_whatever_thread_completes_it()
    {
        var seen = new List<bool>();

        await ThreadPoolContext.RunAsync(async () =>
        {
            seen.Add(Thread.CurrentThread.IsThreadPoolThread);
            for (int round = 0; round < 3; round++)
            {
                await CompletedElsewhereAsync();
                seen.Add(Thread.CurrentThread.IsThreadPoolThread);
                await NestedAsync(seen);
                seen.Add(Thread.CurrentThread.IsThreadPoolThread);
            }
        });

        Assert.That(seen, Has.Count.EqualTo(10).And.All.True);
    }

    [Test]
    public async Task The_callers_thread_is_left_as_it_was()
    {
        var before = SynchronizationContext.Current;
        var work = ThreadPoolContext.RunAsync(CompletedElsewhereAsync);
        Assert.That(SynchronizationContext.Current, Is.SameAs(before));
        await work;
    }

    [Test]
    public void An_error_of_the_work_is_the_callers() =>
        Assert.That(() => ThreadPoolContext.RunAsync(async () =>
        {
            await CompletedElsewhereAsync();
            throw new InvalidOperationException("its own");
        }), Throws.InvalidOperationException.With.Message.EqualTo("its own"));

    private static async Task NestedAsync(List<bool> seen)
    {
        await CompletedElsewhereAsync();
        seen.Add(Thread.CurrentThread.IsThreadPoolThread);
    }

    /// <summary>
    /// Returns a task that a new thread completes. Without <see cref="ThreadPoolContext"/>, code after an await would run on that thread.
    /// </summary>
    private static Task CompletedElsewhereAsync()
    {
        var completion = new TaskCompletionSource();
        new Thread(completion.SetResult) { IsBackground = true }.Start();
        return completion.Task;
    }
}
