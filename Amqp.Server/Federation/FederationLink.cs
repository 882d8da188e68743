using Amqp.Protocol;
using Amqp.Server.Broker.Links;
using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Federation;

/// <summary>A running link from an upstream to a federated exchange or queue. Connects again after a failure.</summary>
/// <remarks>One task runs the link. Any thread may read <see cref="Status"/> and stop the link.</remarks>
internal sealed class FederationLink : IAsyncDisposable
{
    /// <summary>Shortest delay before another attempt, whatever the upstream's option says.</summary>
    private static readonly TimeSpan _shortestDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time to delete the link's objects at the upstream.</summary>
    private static readonly TimeSpan _cleanUpTimeout = TimeSpan.FromSeconds(5);

    private readonly LinkParts _parts;
    private readonly ILinkWork _work;
    private readonly CancellationTokenSource _stopped = new();
    private volatile LinkStatus _status;
    private volatile bool _cleansUp;
    private Task _running = Task.CompletedTask;

    /// <param name="plan">The link.</param>
    /// <param name="parts">The parts of the broker that all links use.</param>
    /// <param name="work">Prepares the upstream and moves messages.</param>
    public FederationLink(LinkPlan plan, LinkParts parts, ILinkWork work)
    {
        (Plan, _parts, _work) = (plan, parts, work);
        _status = new LinkStatus(LinkState.Starting, parts.Clock.GetUtcNow(), plan.Upstream.Uris[0]);
    }

    public LinkPlan Plan { get; }

    public LinkStatus Status => _status;

    private static AmqpUri LocalUri { get; } = AmqpUri.Parse("amqp://");

    private string KindName => Plan.Kind == LinkKind.Exchange ? "exchange" : "queue";

    /// <summary>Starts the link. Called once.</summary>
    /// <param name="former">Ends when a former link of the same name has ended.</param>
    public void Start(Task former) => _running = Task.Run(() => RunAsync(former));

    /// <summary>Makes the end of the link delete its queue and exchange at the upstream, if the upstream's options permit.</summary>
    public void CleanUpAtEnd() => _cleansUp = Plan.Upstream.CleansUp && Plan.Kind == LinkKind.Exchange;

    /// <summary>Stops the link, and waits until it has ended. Messages that are not confirmed return to the upstream's queue.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopped.Dispose();
    }

    /// <summary>Runs two tasks until the first one ends. Then cancels the other one, and waits for it.</summary>
    /// <exception cref="IOException">One of the tasks failed.</exception>
    public static async Task RunBothAsync(
        Func<CancellationToken, Task> first, Func<CancellationToken, Task> second, CancellationToken stopped)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        Task[] both = [first(ended.Token), second(ended.Token)];
        var earlier = await Task.WhenAny(both);
        await ended.CancelAsync();
        await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await earlier;
    }

    private void NoteRunning(LinkEnd upstream, LinkEnd local)
    {
        _status = new LinkStatus(LinkState.Running, _parts.Clock.GetUtcNow(), upstream.Uri, local.LocalName);
        _parts.Logger.LinkRuns(KindName, Plan.Name, Plan.VirtualHost, Plan.UpstreamName, upstream.Uri);
    }

    private async Task RunAsync(Task former)
    {
        await former.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var stopped = _stopped.Token;
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                await ConnectAndMoveAsync(stopped);
            }
            catch (Exception) when (stopped.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error)
            {
                // Every failure has the same answer: another attempt after the delay. Only one of the broker itself has a stack trace.
                NoteFailed(error);
                _parts.Logger.LinkFailed(
                    error is IOException or AmqpException ? null : error, KindName, Plan.Name, Plan.VirtualHost, Plan.Upstream.Name,
                    error.Message);
            }
            var delay = Plan.Upstream.ReconnectDelay > _shortestDelay ? Plan.Upstream.ReconnectDelay : _shortestDelay;
            await Task.Delay(delay, _parts.Clock, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stopped.IsCancellationRequested)
                _status = new LinkStatus(LinkState.Starting, _parts.Clock.GetUtcNow(), _status.Uri, Error: _status.Error);
        }
        if (_cleansUp)
            await TryCleanUpAsync(connected: null); // the link was not connected when it was stopped
    }

    private async Task ConnectAndMoveAsync(CancellationToken stopped)
    {
        await using var local = await _parts.Connector.ConnectAsync([LocalUri], Plan.ConnectionName, Plan.VirtualHost, stopped);
        if (Plan.Upstream.AckMode == AckMode.OnConfirm)
            await local.Channel.CallAsync<ConfirmSelect, ConfirmSelectOk>(default, stopped);
        AmqpUri[] uris = [.. Plan.Upstream.Uris];
        Random.Shared.Shuffle(uris); // spreads the links of many downstreams over the upstream's nodes
        await using var upstream = await _parts.Connector.ConnectAsync(uris, Plan.ConnectionName, Plan.VirtualHost, stopped);
        try
        {
            await _work.MoveAsync(upstream, local, () => NoteRunning(upstream, local), stopped);
        }
        finally
        {
            if (_cleansUp)
                await TryCleanUpAsync(upstream);
            _cleansUp = false;
        }
    }

    /// <summary>Deletes the link's objects, over a connection of its own if the link has none.</summary>
    private async Task TryCleanUpAsync(LinkEnd? connected)
    {
        using var limit = new CancellationTokenSource(_cleanUpTimeout, _parts.Clock);
        LinkEnd? once = null;
        try
        {
            if (connected is null)
                once = await _parts.Connector.ConnectAsync(Plan.Upstream.Uris, Plan.ConnectionName, Plan.VirtualHost, limit.Token);
            await _work.CleanUpAsync(connected ?? once!, limit.Token);
        }
        catch (Exception error) when (error is IOException or AmqpException or OperationCanceledException)
        {
            _parts.Logger.LinkLeavesObjects(KindName, Plan.Name, Plan.VirtualHost, Plan.Upstream.Name, error.Message);
        }
        finally
        {
            if (once is not null)
                await once.DisposeAsync();
        }
    }

    private void NoteFailed(Exception error)
    {
        bool isRefused = error is ClientException { Code: not null, InnerException: null };
        string text = isRefused && error is ClientException { Code: { } code }
            ? $"{{server_initiated_close,{(int)code},<<\"{error.Message}\">>}}" : error.Message;
        _status = new LinkStatus(
            isRefused ? LinkState.Shutdown : LinkState.Error, _parts.Clock.GetUtcNow(), _status.Uri, Error: text);
    }
}
