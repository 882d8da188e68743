using System.Runtime.CompilerServices;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Publishes the messages of a session: stores them in their queues, or returns them to the client.</summary>
/// <remarks>Owned by the one thread that uses the session.</remarks>
internal sealed class SessionPublisher(BrokerSession session)
{
    // Copies of the session's fields, because they are read for each message.
    private readonly BrokerClient _client = session.Client;
    private readonly ISessionSink _sink = session.Sink;
    private readonly ChannelCounts _counts = session.Counts;
    private readonly Confirms _confirms = session.Confirms;
    private readonly Transactions _transactions = session.Transactions;
    private readonly SessionTrace _trace = session.Trace;

    private readonly int _maxTableDepth = session.Client.Services.Options.Limits.MaxTableDepth;
    private readonly MessageIntake _intake = new(session.Client.VirtualHost.Services);

    public SessionRoutes Routes { get; } = new(session.Client.VirtualHost, session.Access, session.Counts);

    /// <summary>Publishes a message. In a transaction, the message waits for the commit.</summary>
    /// <param name="head">The message without its body: exchange, routing key and properties as received.</param>
    /// <param name="body">The message's body.</param>
    /// <param name="isMandatory">True to return the message if no queue receives it.</param>
    /// <exception cref="BrokerException">403, 404 or 406, as in RabbitMQ. 541: the message cannot be stored.</exception>
    public void Publish(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isMandatory)
    {
        if (_client.Interceptors is { } interceptors)
        {
            var original = EncodedMessage.Read(head);
            head = EncodedMessage.NewHead(original.Address, interceptors.Intercept(original.Properties), default);
        }
        var message = EncodedMessage.Read(head);
        var properties = EncodedProperties.Read(message.Properties, _maxTableDepth);
        int version = _client.VirtualHost.Routing.Changes;
        var route = Routes.Find(message.Address, message.Properties, properties.Headers, out var tally);
        if ((properties.Flags & (PropertyFlags.DeliveryMode | PropertyFlags.UserId)) != 0)
            Check(properties, _client.User);
        var traits = MessageTraits.Of(properties);
        if (!properties.Headers.IsEmpty)
            head = WithoutBcc(head, properties.Headers);
        if (_trace.IsOn)
            _trace.NotePublish(head, properties.Headers, body, route.Queues);
        if (_transactions.Held is { } transaction)
            transaction.Add(route, version, tally, head, body, traits, isMandatory);
        else
            Deliver(route, tally, head, body, traits, isMandatory);
    }

    /// <summary>Returns the error for a direct reply-to request if the session has no consumer for the reply.</summary>
    /// <param name="head">The head of the request.</param>
    /// <exception cref="BrokerException">403, 404 or 406: the request could not be routed.</exception>
    public BrokerException NoRequester(ReadOnlySpan<byte> head)
    {
        var request = EncodedMessage.Read(head);
        Routes.Find(request.Address, request.Properties, EncodedProperties.Read(request.Properties).Headers, out _);
        return new BrokerException(BrokerError.Precondition, "fast reply consumer does not exist");
    }

    /// <summary>Stores a message in its queues. Returns an unroutable mandatory message to the client.</summary>
    /// <returns>False if one of the queues refused the message.</returns>
    /// <exception cref="BrokerException">
    /// 541: the message cannot be stored. If the session has selected confirms, the client gets a nack instead.
    /// </exception>
    public bool Deliver(
        MessageRoute route,
        ExchangeTally tally,
        ReadOnlySpan<byte> head,
        ReadOnlySpan<byte> body,
        in MessageTraits traits,
        bool isMandatory)
    {
        bool isReplied = route.Replies.Length > 0 && Reply(route, head, body);
        bool isUnrouted = route.IsUnrouted && !isReplied;
        tally.Note(route.Queues.Length);
        _counts.NoteSize(body.Length);
        if (isUnrouted)
            NoteUnrouted(tally, head, isReturned: isMandatory);
        if (isMandatory && isUnrouted)
            _sink.Return(EncodedMessage.Read(head), body);
        long position;
        int gathered = _client.Round.Gathered;
        try
        {
            position = _intake.Store(route, head, body, traits, _client.Round);
        }
        catch (StoreFailedException failure)
        {
            if (!_confirms.AreSelected)
                throw new BrokerException(BrokerError.Unavailable, failure.Message);
            position = ConfirmTracker.Never;
        }
        if (_trace.IsFollowing)
            _trace.NoteStored(head, body.Length, route, gathered, isMandatory && isUnrouted);
        _confirms.Note(position);
        return position != MessageIntake.Refused;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // its local variables would be cleared for each publish
    private void NoteUnrouted(ExchangeTally tally, ReadOnlySpan<byte> head, bool isReturned)
    {
        _counts.NoteUnrouted(isReturned);
        PublishAddress.Split(EncodedMessage.Read(head).Address, out _, out var key);
        var host = _client.VirtualHost;
        host.Statistics.Broker.Unroutable.Note(
            tally.Exchange, key, host.Services.Clock.GetUtcNow().ToUnixTimeMilliseconds(), isReturned);
    }

    /// <summary>Sends a direct reply to those clients of the route that wait for replies.</summary>
    /// <returns>False if all these clients are gone.</returns>
    private bool Reply(MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var message = EncodedMessage.Read(head);
        bool isTaken = false;
        foreach (var consumer in route.Replies)
            isTaken |= consumer.Deliver(message, body, _client.Round);
        return isTaken;
    }

    /// <summary>Checks the properties of a message that a user publishes.</summary>
    /// <exception cref="BrokerException">406: the delivery mode is unknown, or the user id is that of another user.</exception>
    public static void Check(in EncodedProperties properties, User user)
    {
        if ((properties.Flags & PropertyFlags.DeliveryMode) != 0 && properties.DeliveryMode is not (1 or 2))
            throw new BrokerException(BrokerError.Precondition, $"invalid message: {{delivery_mode_unknown,{properties.DeliveryMode}}}");
        if ((properties.Flags & PropertyFlags.UserId) != 0
            && !user.EncodedName.AsSpan().SequenceEqual(properties.UserId)
            && !user.Tags.IsImpersonator && !user.IsInternal)
            throw new BrokerException(
                BrokerError.Precondition,
                $"user_id property set to '{OctetText.Decode(properties.UserId)}' but authenticated user was '{user.Name}'");
    }

    private static ReadOnlySpan<byte> WithoutBcc(ReadOnlySpan<byte> head, ReadOnlySpan<byte> headers)
    {
        var message = EncodedMessage.Read(head);
        var properties = SenderSelectedKeys.WithoutBcc(message.Properties, headers);
        if (properties == message.Properties)
            return head;
        return EncodedMessage.NewHead(message.Address, properties, SenderSelectedKeys.Hide(headers));
    }
}
