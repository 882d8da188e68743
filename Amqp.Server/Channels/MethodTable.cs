using Amqp.Protocol;

namespace Amqp.Server.Channels;

/// <summary>Method id to "decode the arguments, call the handler". Built once, shared by all of its receivers.</summary>
internal sealed class MethodTable<TReceiver>
{
    private readonly Dictionary<uint, Entry> _entries = [];

    private delegate void Entry(TReceiver receiver, ReadOnlySpan<byte> arguments);

    public MethodTable<TReceiver> On<TMethod>(Action<TReceiver, TMethod> handle)
        where TMethod : struct, IMethod<TMethod>
    {
        _entries.Add(TMethod.Id.Value, (TReceiver receiver, ReadOnlySpan<byte> arguments) => handle(receiver, MethodArguments.Read<TMethod>(arguments)));
        return this;
    }

    /// <summary>Calls the handler; an error that it throws names the method.</summary>
    /// <exception cref="AmqpException">What the handler threw, or 503: there is no handler.</exception>
    public void Dispatch(TReceiver receiver, MethodId id, ReadOnlySpan<byte> arguments)
    {
        if (!_entries.TryGetValue(id.Value, out var entry))
            throw new AmqpException(ReplyCode.CommandInvalid, "unimplemented method", id);
        try
        {
            entry(receiver, arguments);
        }
        catch (AmqpException error) when (error.Cause == default)
        {
            throw new AmqpException(error.Code, error.Message, id);
        }
    }
}
