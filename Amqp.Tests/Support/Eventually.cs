using System.Diagnostics;

namespace Amqp.Tests.Support;

/// <summary>Polls until a condition is true. Used if no event reports the condition, such as the deletion of a file.</summary>
internal static class Eventually
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns as soon as a condition is true. Fails the test if the condition is not true within the limit.</summary>
    /// <param name="condition">The condition, checked 50 times a second.</param>
    /// <param name="complaint">Returns the text with which the test fails.</param>
    /// <param name="limit">Longest wait; 30 seconds by default.</param>
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
