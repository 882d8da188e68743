using Amqp.Server.Connections;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>The broker can pause reading from a connection. The tests check the events after which the broker resumes reading.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ConnectionPauseTests : IDisposable
{
    private readonly CancellationTokenSource _socket = new();
    private readonly TaskCompletionSource _waiting = new();
    private readonly ConnectionPause _pause;

    public ConnectionPauseTests() =>
        _pause = new ConnectionPause(new ConnectionHeartbeat(new SentFrames().NewOutbox(), _ => { }), _socket.Token);

    public void Dispose() => _socket.Dispose();

    [TestCase("the task")]
    [TestCase("the task, with an exception")]
    [TestCase("the socket")]
    [TestCase("a close")]
    public async Task A_pause_lasts_until(string end)
    {
        Task paused = _pause.WaitAsync(_waiting.Task);
        Assert.That(paused.IsCompleted, Is.False);

        if (end == "the task")
            _waiting.SetResult();
        else if (end == "the task, with an exception")
            _waiting.SetException(new InvalidOperationException());
        else if (end == "the socket")
            await _socket.CancelAsync();
        else
            _pause.End();

        await paused.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task One_pause_follows_another_until_a_close_after_which_there_are_none()
    {
        await _pause.WaitAsync(Task.CompletedTask);
        Task second = _pause.WaitAsync(_waiting.Task);
        Assert.That(second.IsCompleted, Is.False);
        _pause.End();
        _pause.End();
        await second.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.That(_pause.WaitAsync(_waiting.Task).IsCompleted);
    }
}
