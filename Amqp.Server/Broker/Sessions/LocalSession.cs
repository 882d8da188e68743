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

/// <summary>A session without a connection, with the permissions of a user. The HTTP API uses such sessions.</summary>
/// <remarks>Used only by its creator. Disposing of the session requeues unacknowledged messages.</remarks>
internal sealed class LocalSession : ISessionSink, IOutput, IDisposable
{
    private const ushort Number = 1;

    private readonly BrokerClient _client;
    private readonly BrokerSession _session;
    private TaskCompletionSource<bool>? _published; // _published and _isReturned are guarded by Gate
    private bool _isReturned;

    /// <param name="services">The parts of the broker that all sessions use.</param>
    /// <param name="user">User whose permissions are checked.</param>
    /// <param name="virtualHost">Virtual host that all requests are for.</param>
    /// <param name="name">Text to report in place of a connection's name.</param>
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

    /// <summary>Executes a request and returns its result.</summary>
    /// <exception cref="BrokerException">The broker refused the request.</exception>
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

    /// <summary>Deletes a queue and notifies its consumers.</summary>
    /// <inheritdoc cref="SessionTopology.DeleteQueue"/>
    public void DeleteQueue(string name, bool ifUnused, bool ifEmpty) =>
        Do(session => session.Topology.DeleteQueue(name, ifUnused, ifEmpty).NotifyConsumers(_client.Round));

    /// <summary>Takes a message, which the caller must settle. Returns null if the queue is empty.</summary>
    /// <param name="queue">Name of the queue.</param>
    /// <param name="most">Maximum number of octets of the body to return.</param>
    /// <exception cref="BrokerException">The broker refused the request.</exception>
    public LocalMessage? Get(string queue, int most) => Ask(session =>
    {
        var taken = new Taken(most);
        return session.Get(
            queue,
            noAck: false,
            taken,
            static (Taken taken, ulong tag, bool isRedelivered, in EncodedMessage content, ReadOnlySpan<byte> properties, long left) =>
                taken.Take(tag, isRedelivered, content, properties, left)) ? taken.Message : null;
    });

    /// <summary>Publishes a message and waits for its confirm.</summary>
    /// <returns>False if no queue received the message, or if a nack was sent instead of a confirm.</returns>
    /// <exception cref="BrokerException">The broker refused the request.</exception>
    /// <exception cref="ArgumentException">A name, the routing key or a property is too long for AMQP.</exception>
    public async Task<bool> PublishAsync(
        string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var published = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Gate)
            (_published, _isReturned) = (published, false);
        Do(session => session.Confirms.Select());
        Publish(exchange, routingKey, properties, body.Span);
        return await published.Task.WaitAsync(cancellation);
    }

    /// <summary>Publishes a message, and does not wait for its confirm.</summary>
    /// <exception cref="BrokerException">The broker refused the request.</exception>
    /// <exception cref="ArgumentException">A name, the routing key or a property is too long for AMQP.</exception>
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

    /// <summary>Does nothing, because no output is buffered.</summary>
    void IOutput.Flush()
    {
    }

    /// <summary>Always true, because the session has no consumers.</summary>
    bool ISessionSink.Refuses(SessionConsumer consumer) => true;

    void ISessionSink.Deliver(
        SessionConsumer consumer, ulong tag, bool isRedelivered, EncodedMessage content, ReadOnlySpan<byte> properties) =>
        throw new InvalidOperationException("a local session has no consumers");

    bool ISessionSink.TryCancel(SessionConsumer consumer) => true;

    void ISessionSink.Confirm(ulong upTo, bool isMultiple) => _published?.TrySetResult(!_isReturned);

    void ISessionSink.Refuse(ulong upTo, bool isMultiple) => _published?.TrySetResult(false);

    void ISessionSink.Return(in EncodedMessage message, ReadOnlySpan<byte> body)
    {
        lock (Gate)
            _isReturned = true;
    }

    void ISessionSink.AwaitAcknowledgements()
    {
    }

    void ISessionSink.Fail(Exception error) => _published?.TrySetException(error);

    void ISessionSink.Abort()
    {
        lock (Gate)
            _published?.TrySetException(new InvalidOperationException("the broker failed"));
    }

    /// <summary>Copies a message, because its memory is only valid during <see cref="Take"/>.</summary>
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
