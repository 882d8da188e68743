using System.Diagnostics;
using Amqp.Protocol;
using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Migration;

/// <summary>Moves the messages of a queue over one connection at each end, until the queue is empty or a connection fails.</summary>
/// <remarks>Used by one task, which runs it once. The read loop of the target's connection calls <see cref="OnReturned"/>.</remarks>
internal sealed class QueueAttempt
{
    /// <summary>Largest number of messages that a consumer of a copy gets; the largest prefetch that AMQP allows.</summary>
    private const ushort MostPerConsumer = ushort.MaxValue;

    private readonly MigrationSettings _settings;
    private readonly QueueProgress _progress;
    private readonly MessageScreen _screen;
    private readonly LinkEnd _source;
    private readonly LinkEnd _target;
    private readonly TargetQueue _queue;
    private readonly RelayWindow _window;
    private readonly long _initial;
    private readonly ushort _prefetch;
    private readonly Stopwatch _sinceDelivery = Stopwatch.StartNew();
    private readonly Stopwatch _following = new();
    private long _delivered;
    private long _screened; // messages that were not published
    private volatile bool _isReturned;

    /// <param name="settings">Prefetch, and the kind of move.</param>
    /// <param name="progress">Gets the counts.</param>
    /// <param name="screen">Looks at each message.</param>
    /// <param name="source">The connection to the source.</param>
    /// <param name="target">The connection to the target, with a channel in confirm mode.</param>
    /// <param name="initial">Number of ready messages at the source.</param>
    public QueueAttempt(
        MigrationSettings settings, QueueProgress progress, MessageScreen screen, LinkEnd source, LinkEnd target, long initial)
    {
        (_settings, _progress, _screen, _source, _target, _initial) = (settings, progress, screen, source, target, initial);
        _queue = new TargetQueue(target, progress.Queue.Key.Name);
        _window = new RelayWindow(settings.Copies ? null : source.Channel, holdsRefused: true);
        _prefetch = settings.Copies ? MostPerConsumer : settings.PrefetchOf(progress.Queue);
        target.Channel.OnConfirm = _window.Confirm;
        target.Channel.OnReturned = OnReturned;
    }

    /// <summary>Counts the messages that the target confirms.</summary>
    public RelayWindow Window => _window;

    /// <exception cref="MoveFailure">A connection or a channel ended.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Exception? atTarget = null;
        _target.Channel.OnEnded = error =>
        {
            atTarget = error;
            ended.Cancel();
        };
        try
        {
            await _source.Channel.CallAsync<BasicQos, BasicQosOk>(new BasicQos(0, _prefetch, Global: false), ended.Token);
            await ConsumeAsync(ended.Token);
            await RelayAsync(ended.Token);
            await _window.WaitForAsync(_delivered, ended.Token);
            NoteRefusals();
            await _queue.CleanUpAsync(ended.Token);
        }
        catch (Exception error) when (atTarget is not null && !cancellation.IsCancellationRequested)
        {
            throw new MoveFailure(isTarget: true, atTarget.Message, (atTarget as ClientException ?? error as ClientException)?.Code);
        }
        catch (ClientException error)
        {
            throw new MoveFailure(isTarget: false, error.Message, error.Code);
        }
        finally
        {
            _target.Channel.OnEnded = null;
        }
    }

    private async Task RelayAsync(CancellationToken cancellation)
    {
        var deliveries = _source.Channel.Deliveries;
        while (!NoteRefusals() && !(_settings.Copies && _delivered >= _initial))
        {
            if (deliveries.TryRead(out var message))
            {
                await PublishAsync(message, cancellation);
                if (_delivered % 64 == 0 && IsFollowingTooLong())
                    return;
            }
            else if (!await WaitForDeliveryAsync(cancellation) && await IsFinishedAsync(cancellation))
            {
                return;
            }
        }
    }

    private async ValueTask PublishAsync(ClientMessage message, CancellationToken cancellation)
    {
        _sinceDelivery.Restart();
        _delivered++;
        var screened = _screen.Look(message);
        if (screened.IsRefused)
        {
            _screened++;
            _window.AddDropped(message.Tag, isRefused: true);
            return;
        }
        _progress.Expiring += screened.HasExpiration ? 1 : 0;
        _window.Add(message.Tag);
        await _queue.PublishAsync(message, screened, cancellation);
        if (_screen.IsOneByOne)
            await _window.WaitForAsync(_delivered, cancellation);
        if (_settings.Copies && _delivered % MostPerConsumer == 0 && _delivered < _initial)
            await ConsumeAsync(cancellation); // the consumer has all that its prefetch allows
    }

    /// <returns>False if nothing came for a moment.</returns>
    private async Task<bool> WaitForDeliveryAsync(CancellationToken cancellation)
    {
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        moment.CancelAfter(MigrationSettings.Moment);
        try
        {
            return await _source.Channel.Deliveries.WaitToReadAsync(moment.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Asks the source if the queue is empty. Its own count in the HTTP API may be old.</summary>
    private async Task<bool> IsFinishedAsync(CancellationToken cancellation)
    {
        if (_window.Unanswered > 0)
            return false; // the target is slow, or blocked by an alarm
        var declared = await _source.DeclareAsync(Passive(_progress.Queue.Key.Name), cancellation);
        if (declared.MessageCount == 0)
            return true;
        if (_sinceDelivery.Elapsed < MigrationSettings.Stall)
            return false;
        _progress.GiveUp(
            _window.Held > 0
                ? $"the target refused messages: {_screen.Reason}"
                : "the source delivers no message. Another consumer may be the queue's only active one, or has a higher priority");
        return true;
    }

    /// <summary>True if all messages of the start are moved, but producers have filled the queue for long since then.</summary>
    private bool IsFollowingTooLong()
    {
        if (_settings.Copies || _window.Accepted < _initial)
            return false;
        _following.Start();
        if (_following.Elapsed < MigrationSettings.Following)
            return false;
        _progress.GiveUp("producers still fill it at the source");
        return true;
    }

    /// <returns>True if the target refused a message, and will refuse the next ones too.</returns>
    private bool NoteRefusals()
    {
        long held = _window.Held;
        if (held == 0)
            return false;
        if (held == _screened)
            _progress.GiveUp($"the target refuses messages: {_screen.Reason}");
        else if (_isReturned)
            _progress.GiveUp("the target returned messages as unroutable: the queue was deleted there");
        else
            _progress.GiveUp("the target refuses messages (basic.nack): the queue may be full (x-max-length with reject-publish)");
        return held != _screened || _screen.IsFull || _screened > _prefetch / 2;
    }

    private void OnReturned(ClientMessage message)
    {
        _isReturned = true;
        _window.RefuseUnanswered();
    }

    private async Task ConsumeAsync(CancellationToken cancellation) => await _source.Channel.CallAsync<BasicConsume, BasicConsumeOk>(
        new BasicConsume(
            _progress.Queue.Key.Name, "", NoLocal: false, NoAck: false, Exclusive: false, NoWait: false, FieldTable.Empty),
        cancellation);

    /// <summary>Returns the request that asks for a queue without changing it.</summary>
    public static QueueDeclare Passive(string queue) => new(queue, Passive: true, false, false, false, NoWait: false, FieldTable.Empty);
}
