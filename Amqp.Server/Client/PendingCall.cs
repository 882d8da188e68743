using Amqp.Protocol;

namespace Amqp.Server.Client;

/// <summary>A request that waits for its reply.</summary>
internal abstract class PendingCall
{
    /// <summary>The method that answers the request.</summary>
    public abstract MethodId Reply { get; }

    /// <summary>Ends the call with its reply.</summary>
    /// <exception cref="AmqpException">501 or 502: the arguments are malformed.</exception>
    public abstract void Complete(ReadOnlySpan<byte> arguments);

    public abstract void Fail(Exception error);
}

/// <inheritdoc/>
internal sealed class PendingCall<TReply> : PendingCall
    where TReply : struct, IMethod<TReply>
{
    private readonly TaskCompletionSource<TReply> _replied = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TReply> Replied => _replied.Task;

    /// <inheritdoc/>
    public override MethodId Reply => TReply.Id;

    /// <inheritdoc/>
    public override void Complete(ReadOnlySpan<byte> arguments) => _replied.TrySetResult(MethodArguments.Read<TReply>(arguments));

    /// <inheritdoc/>
    public override void Fail(Exception error) => _replied.TrySetException(error);
}
