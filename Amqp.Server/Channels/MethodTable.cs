using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Storage.Faults;

namespace Amqp.Server.Channels;

/// <summary>
/// Decodes a method's arguments and calls the handler of the method. The table is built once, and shared by all receivers.
/// </summary>
internal sealed class MethodTable<TReceiver>
{
    private readonly Dictionary<MethodId, Entry> _entries = [];

    public MethodTable<TReceiver> On<TMethod>(Action<TReceiver, TMethod> handle)
        where TMethod : struct, IMethod<TMethod>
    {
        _entries.Add(TMethod.Id, new Entry<TMethod>(handle));
        return this;
    }

    /// <summary>Calls the handler of a method. An exception from the handler names the method that failed.</summary>
    /// <param name="receiver">Passed to the handler.</param>
    /// <param name="id">Id of the method.</param>
    /// <param name="arguments">Encoded arguments of the method.</param>
    /// <param name="maxTableDepth">Maximum nesting of tables and arrays.</param>
    /// <exception cref="AmqpException">
    /// 501: malformed arguments. 503: no handler. 541: the disk is full, or the store has failed. Others: from the handler.
    /// </exception>
    public void Dispatch(TReceiver receiver, MethodId id, ReadOnlySpan<byte> arguments, int maxTableDepth)
    {
        if (!_entries.TryGetValue(id, out var entry))
            throw new AmqpException(ReplyCode.CommandInvalid, "unimplemented method", id);
        entry.Handle(receiver, arguments, maxTableDepth);
    }

    /// <summary>Checks the arguments of a method that is discarded. Accepts a method without a handler.</summary>
    /// <exception cref="AmqpException">501: malformed arguments.</exception>
    public void Check(MethodId id, ReadOnlySpan<byte> arguments, int maxTableDepth)
    {
        if (_entries.TryGetValue(id, out var entry))
            entry.Check(arguments, maxTableDepth);
    }

    private abstract class Entry
    {
        public abstract void Handle(TReceiver receiver, ReadOnlySpan<byte> arguments, int maxTableDepth);

        public abstract void Check(ReadOnlySpan<byte> arguments, int maxTableDepth);
    }

    private sealed class Entry<TMethod>(Action<TReceiver, TMethod> handle) : Entry
        where TMethod : struct, IMethod<TMethod>
    {
        public override void Handle(TReceiver receiver, ReadOnlySpan<byte> arguments, int maxTableDepth)
        {
            var method = MethodArguments.Read<TMethod>(arguments, maxTableDepth);
            try
            {
                handle(receiver, method);
            }
            catch (BrokerException error)
            {
                throw error.ToAmqp(TMethod.Id);
            }
            catch (AmqpException error) when (error.Cause == default)
            {
                throw new AmqpException(error.Code, error.Message, TMethod.Id);
            }
            catch (Exception error) when (error is StoreFullException or StoreFailedException)
            {
                throw new AmqpException(ReplyCode.InternalError, error.Message, TMethod.Id);
            }
        }

        public override void Check(ReadOnlySpan<byte> arguments, int maxTableDepth) =>
            MethodArguments.Read<TMethod>(arguments, maxTableDepth);
    }
}
