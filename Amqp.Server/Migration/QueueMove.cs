using System.Diagnostics;
using Amqp.Protocol;
using Amqp.Server.Cli;
using Amqp.Server.Cli.Api;
using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Migration;

/// <summary>Moves or copies one queue. Connects again after a failure. Used by one task, which runs it once.</summary>
/// <param name="settings">The brokers, and the kind of move.</param>
/// <param name="connector">Connects both ends.</param>
/// <param name="progress">Gets the counts.</param>
/// <param name="screen">Looks at each message.</param>
internal sealed class QueueMove(MigrationSettings settings, LinkConnector connector, QueueProgress progress, MessageScreen screen)
{
    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _longestDelay = TimeSpan.FromSeconds(4);

    /// <summary>Returns when the queue is empty at the source, or cannot be emptied.</summary>
    /// <exception cref="CliException">A broker was unreachable for too long.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var failing = new Stopwatch();
        var delay = _firstDelay;
        while (true)
        {
            long before = progress.Moved;
            try
            {
                await AttemptAsync(cancellation);
                break;
            }
            catch (MoveFailure failure)
            {
                if (progress.Moved > before)
                    (failing, delay) = (new Stopwatch(), _firstDelay);
                if (IsFinal(failure))
                    break;
                failing.Start();
                if (failing.Elapsed > settings.Patience)
                    throw Unreachable(failure);
                if (failure.IsOfMessage)
                    continue;
                progress.Interrupt($"{failure.End}: {failure.Message}");
                await Task.Delay(delay, cancellation);
                delay = delay * 2 < _longestDelay ? delay * 2 : _longestDelay;
            }
        }
        progress.Finish();
    }

    private async Task AttemptAsync(CancellationToken cancellation)
    {
        var key = progress.Queue.Key;
        await using var source = await ConnectAsync(settings.From, isTarget: false, cancellation);
        long ready = await CountAsync(source, isTarget: false, cancellation);
        if (ready == 0)
            return;
        await using var target = await ConnectAsync(settings.To, isTarget: true, cancellation);
        long atTarget = await CountAsync(target, isTarget: true, cancellation);
        try
        {
            await target.Channel.CallAsync<ConfirmSelect, ConfirmSelectOk>(default, cancellation);
        }
        catch (ClientException error)
        {
            throw new MoveFailure(isTarget: true, error.Message, error.Code);
        }
        var attempt = new QueueAttempt(settings, progress, screen, source, target, ready);
        progress.Begin(attempt.Window, target, ready, atTarget);
        try
        {
            await attempt.RunAsync(cancellation);
        }
        finally
        {
            progress.End();
        }

        async Task<LinkEnd> ConnectAsync(AmqpUri uri, bool isTarget, CancellationToken cancellation)
        {
            try
            {
                return await connector.ConnectAsync(
                    [uri.WithVirtualHost(key.VirtualHost)], MigrationSettings.ConnectionName, key.VirtualHost, cancellation);
            }
            catch (ClientException error)
            {
                throw new MoveFailure(isTarget, error.Message, error.Code);
            }
        }

        async Task<long> CountAsync(LinkEnd end, bool isTarget, CancellationToken cancellation)
        {
            try
            {
                return (await end.DeclareAsync(QueueAttempt.Passive(key.Name), cancellation)).MessageCount;
            }
            catch (ClientException error)
            {
                throw new MoveFailure(isTarget, error.Message, error.Code);
            }
        }
    }

    /// <summary>Handles a failure. Returns true if another attempt would fail in the same way.</summary>
    private bool IsFinal(MoveFailure failure)
    {
        if (settings.Copies && progress.Moved > 0)
        {
            progress.GiveUp($"the copy was interrupted, and cannot be resumed: the {failure.End} ended: {failure.Message}");
            return true;
        }
        if (failure.IsOfMessage)
        {
            screen.NoteRefusal(failure.Message);
            if (!screen.IsFull)
                return false;
            progress.GiveUp($"the target refuses messages: {failure.Message}");
            return true;
        }
        if (failure.IsPassing)
            return false;
        progress.GiveUp(failure is { IsTarget: true, Code: ReplyCode.NotFound }
            ? "the target has no such queue. Move its definition too, or declare it"
            : $"the {failure.End} refuses: {failure.Message}");
        return true;
    }

    private CliException Unreachable(MoveFailure failure) => new(
        ExitCode.Unavailable,
        $"The {failure.End} {(failure.IsTarget ? settings.To : settings.From).Endpoint} failed for more than "
            + $"{settings.Patience.TotalSeconds:0} s: {failure.Message}. Nothing is lost. When it runs again, give the same command: "
            + "it continues");
}
