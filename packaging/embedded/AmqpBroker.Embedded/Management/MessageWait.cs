using System.Diagnostics;

namespace AmqpBroker.Embedded.Management;

/// <summary>Waits for a message in a queue. Polls the queue, because the HTTP API cannot wait for a message.</summary>
/// <param name="host">The queue's virtual host.</param>
internal sealed class MessageWait(VirtualHost host)
{
    private const int NotFound = 404;
    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Takes the next message from a queue, which need not exist yet.</summary>
    /// <exception cref="TimeoutException">No message arrived; the exception's text has the queue's counts.</exception>
    public async Task<BrokerMessage> TakeAsync(string queue, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var elapsed = Stopwatch.StartNew();
        var pause = TimeSpan.FromMilliseconds(1);
        while (true)
        {
            if (await TryTakeAsync(queue, cancellationToken).ConfigureAwait(false) is { } message)
                return message;
            TimeSpan left = timeout - elapsed.Elapsed;
            if (left <= TimeSpan.Zero)
                throw new TimeoutException(
                    $"No message arrived in the queue '{queue}' within {timeout.TotalSeconds} s. "
                        + await StateAsync(queue, cancellationToken).ConfigureAwait(false));
            await Task.Delay(pause < left ? pause : left, cancellationToken).ConfigureAwait(false);
            if (pause < _longestPause)
                pause += pause;
        }
    }

    private async Task<BrokerMessage?> TryTakeAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            return await host.TakeAsync(queue, cancellationToken).ConfigureAwait(false);
        }
        catch (EmbeddedBrokerException exception) when (exception.StatusCode == NotFound)
        {
            return null;
        }
    }

    private async Task<string> StateAsync(string queue, CancellationToken cancellationToken)
    {
        if (await host.GetQueueAsync(queue, cancellationToken).ConfigureAwait(false) is { } found)
            return $"{found}.";
        IReadOnlyList<QueueInfo> others = await host.ListQueuesAsync(cancellationToken).ConfigureAwait(false);
        return others.Count == 0 ? "There is no queue." : $"There is no such queue, but: {string.Join("; ", others)}.";
    }
}
