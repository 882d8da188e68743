using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>A session within the process, for who asks the broker without a connection: so permissions, checks and error texts are those of a client.</summary>
/// <remarks>Owned by who made it. Disposing gives back what it holds: messages that were not acknowledged return to their queues.</remarks>
internal sealed class LocalSession : ISessionSink, IOutput, IDisposable
{
    private const ushort Number = 1;

    private readonly BrokerClient _client;
    private readonly BrokerSession _session;
    private TaskCompletionSource<bool>? _published; // under the gate, as is the next
    private bool _isReturned;

    /// <param name="services">What all sessions work with.</param>
    /// <param name="user">In whose name it asks.</param>
    /// <param name="virtualHost">Where.</param>
    /// <param name="name">What stands for the connection where one is named.</param>
    public LocalSession(SessionServices services, User user, VirtualHost virtualHost, string name)
    {
        _client = new BrokerClient(services, new DispatchRound())
        {
            User = user,
            VirtualHost = virtualHost,
            Origin = new SessionOrigin(name, "", 0, "", 0, "", [], 0),
        };
        _session = new BrokerSession(_client, this, Number);
    }

    /// <inheritdoc/>
    public Lock Gate { get; } = new();

    DispatchRound? IOutput.NotedBy { get; set; }

    IOutput ISessionSink.Output => this;

    bool ISessionSink.IsFlushDue => false;

    /// <summary>Asks for something, and has it done when this returns.</summary>
    /// <exception cref="BrokerException">Refused.</exception>
    public TResult Ask<TResult>(Func<BrokerSession, TResult> ask)
    {
        using (BrokerEvents.ActAs(_client.User.Name))
        {
            var result = ask(_session);
            _client.EndRound();
            return result;
        }
    }

    /// <inheritdoc cref="Ask{TResult}"/>
    public void Do(Action<BrokerSession> ask) => Ask(session =>
    {
        ask(session);
        return true;
    });

    /// <summary>Deletes a queue, whose consumers are told.</summary>
    /// <inheritdoc cref="SessionTopology.DeleteQueue"/>
    public void DeleteQueue(string name, bool ifUnused, bool ifEmpty) =>
        Do(session => session.Topology.DeleteQueue(name, ifUnused, ifEmpty).NotifyConsumers(_client.Round));

    /// <summary>Takes a message, to be settled; null when the queue is empty.</summary>
    /// <param name="queue">Its name.</param>
    /// <param name="most">Octets of the body that are kept.</param>
    /// <exception cref="BrokerException">Refused.</exception>
    public LocalMessage? Get(string queue, int most) => Ask(session =>
    {
        var taken = new Taken(most);
        return session.Get(queue, noAck: false, taken, static (Taken taken, ulong tag, bool isRedelivered, in EncodedMessage content, ReadOnlySpan<byte> properties, long left) =>
            taken.Take(tag, isRedelivered, content, properties, left)) ? taken.Message : null;
    });

    /// <summary>Publishes a message and waits until the broker has taken charge of it.</summary>
    /// <returns>False when no queue takes it.</returns>
    /// <exception cref="BrokerException">Refused.</exception>
    /// <exception cref="ArgumentException">A text is longer than AMQP can have it.</exception>
    public async Task<bool> PublishAsync(string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var published = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Gate)
            (_published, _isReturned) = (published, false);
        Do(session => session.Confirms.Select());
        Publish(exchange, routingKey, properties, body.Span);
        return await published.Task.WaitAsync(cancellation);
    }

    /// <summary>Publishes a message and waits for nothing.</summary>
    /// <exception cref="BrokerException">Refused.</exception>
    /// <exception cref="ArgumentException">A text is longer than AMQP can have it.</exception>
    public void Publish(string exchange, string routingKey, BasicProperties properties, ReadOnlySpan<byte> body)
    {
        var address = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(address);
        writer.WriteShortString(exchange);
        writer.WriteShortString(routingKey);
        var encoded = new ArrayBufferWriter<byte>();
        properties.Write(encoded);
        _session.DemandSize((ulong)body.Length);
        byte[] head = EncodedMessage.NewHead(address.WrittenSpan, encoded.WrittenSpan, default);
        if (properties.ReplyTo == ReservedNames.ReplyTo)
            throw _session.Publisher.NoRequester(head);
        using (BrokerEvents.ActAs(_client.User.Name))
        {
            _session.Publish(head, body, isMandatory: true);
            _client.EndRound();
        }
    }

    public void Dispose()
    {
        _session.Release();
        _client.Release();
        _client.Round.Complete();
    }

    /// <summary>Nothing is sent anywhere.</summary>
    void IOutput.Flush()
    {
    }

    /// <summary>It has no consumers.</summary>
    bool ISessionSink.Refuses(SessionConsumer consumer) => true;

    void ISessionSink.Deliver(SessionConsumer consumer, ulong tag, bool isRedelivered, in EncodedMessage content, ReadOnlySpan<byte> properties) =>
        throw new InvalidOperationException("a local session has no consumers");

    bool ISessionSink.TryCancel(SessionConsumer consumer) => true;

    void ISessionSink.Confirm(ulong upTo, bool isMultiple) => _published?.TrySetResult(!_isReturned);

    void ISessionSink.Refuse(ulong upTo, bool isMultiple) => _published?.TrySetResult(false);

    void ISessionSink.Return(in EncodedMessage message, ReadOnlySpan<byte> body)
    {
        lock (Gate)
            _isReturned = true;
    }

    void ISessionSink.Fail(Exception error) => _published?.TrySetException(error);

    void ISessionSink.Abort()
    {
        lock (Gate)
            _published?.TrySetException(new InvalidOperationException("the broker failed"));
    }

    /// <summary>Keeps what was taken.</summary>
    private sealed class Taken(int most)
    {
        public LocalMessage? Message { get; private set; }

        public void Take(ulong tag, bool isRedelivered, in EncodedMessage content, ReadOnlySpan<byte> properties, long left)
        {
            PublishAddress.Split(content.Address, out var exchange, out var routingKey);
            Message = new LocalMessage(
                tag, isRedelivered, OctetText.Decode(exchange), OctetText.Decode(routingKey), left,
                properties.ToArray(), content.Body[..Math.Min(most, content.Body.Length)].ToArray(), content.Body.Length);
        }
    }
}
