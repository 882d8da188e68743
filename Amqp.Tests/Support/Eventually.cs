using System.Diagnostics;

namespace Amqp.Tests.Support;

/// <summary>Waits for what no event announces: the state of a file, of a process, of a queue that others change.</summary>
internal static class Eventually
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns as soon as a condition holds; fails the test when it does not within the limit.</summary>
    /// <param name="condition">Looked at 50 times a second.</param>
    /// <param name="complaint">What to say when it never held.</param>
    /// <param name="limit">30 seconds unless given.</param>
    public static Task Holds(Func<bool> condition, Func<string> complaint, TimeSpan? limit = null) =>
        Holds(() => Task.FromResult(condition()), complaint, limit);

    /// <inheritdoc cref="Holds(Func{bool}, Func{string}, TimeSpan?)"/>
    public static async Task Holds(Func<Task<bool>> condition, Func<string> complaint, TimeSpan? limit = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > (limit ?? TimeSpan.FromSeconds(30)))
                Assert.Fail(complaint());
            await Task.Delay(_interval);
        }
    }
}
