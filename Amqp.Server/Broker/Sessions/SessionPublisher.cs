using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Takes the messages of a session: finds their routes, stores them, adds them to their queues, or returns them.</summary>
/// <remarks>Owned by the one thread that asks for the session. Bytes stay bytes: a message that is not persistent or traced costs no object.</remarks>
internal sealed class SessionPublisher(BrokerSession session)
{
    private readonly BrokerClient _client = session.Client;
    private readonly MessageIntake _intake = new(session.Client.VirtualHost.Host.Services);

    /// <summary>Where messages go.</summary>
    public SessionRoutes Routes { get; } = new(session.Client.VirtualHost, session.Access, session.Counts);

    /// <summary>Publishes a message. In a transaction it is held until the commit.</summary>
    /// <param name="head">All of it but the body: address and properties as they came.</param>
    /// <param name="body">Its body.</param>
    /// <param name="isMandatory">It comes back when no queue takes it.</param>
    /// <exception cref="BrokerException">403, 404 or 406, as RabbitMQ answers a publish that cannot be. 541: it cannot be stored.</exception>
    public void Publish(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isMandatory)
    {
        if (_client.Interceptors is { } interceptors)
        {
            var original = EncodedMessage.Read(head);
            head = EncodedMessage.NewHead(original.Address, interceptors.Intercept(original.Properties), default);
        }
        var message = EncodedMessage.Read(head);
        var properties = EncodedProperties.Read(message.Properties, _client.Services.Options.Limits.MaxTableDepth);
        int version = _client.VirtualHost.Routing.Changes;
        var route = Routes.Find(message.Address, message.Properties, properties.Headers, out var tally);
        if ((properties.Flags & (PropertyFlags.DeliveryMode | PropertyFlags.UserId)) != 0)
            Check(properties, _client.User);
        var traits = MessageTraits.Of(properties);
        if (!properties.Headers.IsEmpty)
            head = WithoutBcc(head, message, properties.Headers);
        if (session.Trace.IsOn)
            session.Trace.NotePublish(head, properties.Headers, body, route.Queues);
        if (session.Transactions.Held is { } transaction)
            transaction.Add(route, version, tally, head, body, traits, isMandatory);
        else
            Deliver(route, tally, head, body, traits, isMandatory);
    }

    /// <summary>What a request for direct reply-to is answered with on a session that takes no replies.</summary>
    /// <param name="head">The head of the request.</param>
    /// <exception cref="BrokerException">403, 404 or 406: what is wrong with its address is said first.</exception>
    public BrokerException NoRequester(ReadOnlySpan<byte> head)
    {
        var request = EncodedMessage.Read(head);
        Routes.Find(request.Address, request.Properties, EncodedProperties.Read(request.Properties).Headers, out _);
        return new BrokerException(BrokerError.Precondition, "fast reply consumer does not exist");
    }

    /// <summary>Hands a message to its queues, or returns it, and counts it for its confirm.</summary>
    /// <returns>False when one of its queues has refused it.</returns>
    /// <exception cref="BrokerException">541: it cannot be stored, and no confirm could say so.</exception>
    public bool Deliver(MessageRoute route, ExchangeTally tally, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, bool isMandatory)
    {
        bool isReplied = route.Replies.Length > 0 && Reply(route, head, body);
        bool isUnrouted = route.IsUnrouted && !isReplied;
        tally.Note(route.Queues.Length);
        session.Counts.NoteSize(body.Length);
        if (isUnrouted)
            session.Counts.NoteUnrouted(isReturned: isMandatory);
        if (isMandatory && isUnrouted)
            session.Sink.Return(EncodedMessage.Read(head), body);
        long position;
        try
        {
            position = _intake.Store(route, head, body, traits, _client.Round);
        }
        catch (StoreFailedException failure)
        {
            if (!session.Confirms.AreSelected)
                throw new BrokerException(BrokerError.Unavailable, failure.Message);
            position = ConfirmTracker.Never;
        }
        session.Confirms.Note(position);
        return position != MessageIntake.Refused;
    }

    /// <summary>Sends a reply to the requesters of its route.</summary>
    /// <returns>False when none of them takes it any more.</returns>
    private bool Reply(MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var message = EncodedMessage.Read(head);
        bool isTaken = false;
        foreach (var consumer in route.Replies)
            isTaken |= consumer.Deliver(message, body, _client.Round);
        return isTaken;
    }

    private static void Check(in EncodedProperties properties, User user)
    {
        if ((properties.Flags & PropertyFlags.DeliveryMode) != 0 && properties.DeliveryMode is not (1 or 2))
            throw new BrokerException(BrokerError.Precondition, $"invalid message: {{delivery_mode_unknown,{properties.DeliveryMode}}}");
        if ((properties.Flags & PropertyFlags.UserId) != 0 && !user.EncodedName.AsSpan().SequenceEqual(properties.UserId) && !user.Tags.IsImpersonator)
            throw new BrokerException(
                BrokerError.Precondition,
                $"user_id property set to '{OctetText.Decode(properties.UserId)}' but authenticated user was '{user.Name}'");
    }

    private static ReadOnlySpan<byte> WithoutBcc(ReadOnlySpan<byte> head, EncodedMessage message, ReadOnlySpan<byte> headers)
    {
        var properties = SenderSelectedKeys.WithoutBcc(message.Properties, headers);
        if (properties == message.Properties)
            return head;
        return EncodedMessage.NewHead(message.Address, properties, SenderSelectedKeys.Hide(headers));
    }
}
