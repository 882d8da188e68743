using Amqp.Protocol;
using Amqp.Server.Broker.Links;
using Amqp.Server.Links;

namespace Amqp.Server.Shovels;

/// <summary>A running shovel. Connects again after a failure, and ends when its work is done or it is stopped.</summary>
/// <remarks>One task runs the shovel. Any thread may read <see cref="Status"/>.</remarks>
internal sealed class Shovel : IAsyncDisposable
{
    private const string DefaultVirtualHost = "/";

    private readonly LinkConnector _connector;
    private readonly Func<string> _clusterName;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action<Shovel> _onDone;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _running;
    private volatile ShovelStatus _status;
    private volatile LinkEnd? _destination;

    /// <param name="definition">The shovel.</param>
    /// <param name="connector">Connects both ends.</param>
    /// <param name="clusterName">Returns the name of this broker's cluster.</param>
    /// <param name="clock">The time of changes of the state.</param>
    /// <param name="logger">Logs failures.</param>
    /// <param name="onDone">Called when the shovel has moved as many messages as its definition asks for.</param>
    public Shovel(
        ShovelDefinition definition, LinkConnector connector, Func<string> clusterName, TimeProvider clock, ILogger logger,
        Action<Shovel> onDone)
    {
        (Definition, _connector, _clusterName, _clock, _logger, _onDone) = (definition, connector, clusterName, clock, logger, onDone);
        _status = new ShovelStatus(ShovelState.Starting, clock.GetUtcNow());
        _running = Task.Run(() => RunAsync(_stopped.Token));
    }

    public ShovelDefinition Definition { get; }

    public ShovelStatus Status => _status;

    /// <summary>True while the destination asks publishers to wait.</summary>
    public bool IsBlocked => _destination?.IsBlocked ?? false;

    /// <summary>Stops the shovel, and waits until it has ended. Messages that are not confirmed return to their queue.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopped.Dispose();
    }

    private async Task RunAsync(CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                await MoveAsync(stopped);
                _onDone(this);
                return;
            }
            catch (OperationCanceledException) when (stopped.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Every failure has the same answer: another attempt after the delay. Only one of the broker itself has a stack trace.
                Note(ShovelState.Terminated, error.Message);
                _logger.ShovelFailed(
                    error is IOException or AmqpException ? null : error, Definition.Name, Definition.VirtualHost, error.Message);
            }
            if (Definition.ReconnectDelay == TimeSpan.Zero)
                return;
            await Task.Delay(Definition.ReconnectDelay, _clock, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Note(ShovelState.Starting, _status.Reason);
        }
    }

    /// <summary>Returns when all messages are moved that the definition asks for.</summary>
    private async Task MoveAsync(CancellationToken stopped)
    {
        string name = $"Shovel {Definition.Name}";
        await using var source = await _connector.ConnectAsync(Definition.SourceUris, name, DefaultVirtualHost, stopped);
        await using var destination = await _connector.ConnectAsync(Definition.DestinationUris, name, DefaultVirtualHost, stopped);
        if (Definition.DestinationQueue is { } target)
            await destination.EnsureQueueAsync(target, stopped);
        if (Definition.AckMode == AckMode.OnConfirm)
            await destination.Channel.CallAsync<ConfirmSelect, ConfirmSelectOk>(default, stopped);
        var (queue, waiting) = await PrepareSourceAsync(source, stopped);
        long? count = Definition.DeletesAfterQueueLength ? waiting : Definition.DeleteAfter;
        if (count == 0)
            return;
        var rewrite = new ShovelRewrite(Definition, _clusterName(), source.Uri, destination.Uri, _clock);
        var relay = new MessageRelay(source.Channel, destination.Channel, Definition.AckMode, rewrite.Rewrite);
        await source.Channel.CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume(
                queue, "", NoLocal: false, Definition.AckMode == AckMode.NoAck, Exclusive: false, NoWait: false,
                Definition.ConsumerArguments),
            stopped);
        _destination = destination;
        _status = new ShovelStatus(ShovelState.Running, _clock.GetUtcNow(), source.Uri, destination.Uri);
        _logger.ShovelRuns(Definition.Name, Definition.VirtualHost, source.Uri, destination.Uri);
        try
        {
            await relay.RunAsync(count, stopped);
        }
        finally
        {
            _destination = null;
        }
    }

    /// <returns>The queue to consume, and the number of messages that it holds.</returns>
    private async Task<(string Queue, long Waiting)> PrepareSourceAsync(LinkEnd source, CancellationToken stopped)
    {
        QueueDeclareOk declared;
        if (Definition.SourceQueue is { } queue)
        {
            await source.EnsureQueueAsync(queue, stopped);
            declared = await source.DeclareAsync(
                new QueueDeclare(queue, Passive: true, false, false, false, NoWait: false, FieldTable.Empty), stopped);
        }
        else
        {
            declared = await source.Channel.CallAsync<QueueDeclare, QueueDeclareOk>(
                new QueueDeclare("", Passive: false, Durable: false, Exclusive: true, AutoDelete: false, NoWait: false, FieldTable.Empty),
                stopped);
            await source.Channel.CallAsync<QueueBind, QueueBindOk>(
                new QueueBind(declared.Queue, Definition.SourceExchange!, Definition.SourceKey, NoWait: false, FieldTable.Empty), stopped);
        }
        if (Definition.AckMode != AckMode.NoAck)
            await source.Channel.CallAsync<BasicQos, BasicQosOk>(new BasicQos(0, Definition.PrefetchCount, Global: false), stopped);
        return (declared.Queue, declared.MessageCount);
    }

    private void Note(ShovelState state, string? reason) => _status = new ShovelStatus(state, _clock.GetUtcNow(), Reason: reason);
}
