using System.Diagnostics;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Tracing;
using Amqp.Storage.Faults;

namespace Amqp.Server.Channels.Handlers;

/// <summary>basic.publish, once its content is whole.</summary>
internal static class BasicPublishHandler
{
    /// <summary>Takes the message that the channel has gathered.</summary>
    public static void Publish(AmqpChannel channel, ReadOnlySpan<byte> body)
    {
        if (channel.Session.VirtualHost.Spans is { } spans)
            TakeTraced(channel, body, spans);
        else
            Take(channel, body);
    }

    private static void TakeTraced(AmqpChannel channel, ReadOnlySpan<byte> body, MessageSpans spans)
    {
        using var span = spans.StartPublish(channel.Session.VirtualHost, EncodedMessage.Read(channel.Content.Head), body.Length);
        try
        {
            Take(channel, body);
        }
        catch (AmqpException exception)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    private static void Take(AmqpChannel channel, ReadOnlySpan<byte> body)
    {
        var content = channel.Content;
        if (content.Immediate)
            throw new AmqpException(ReplyCode.NotImplemented, "immediate=true", BasicPublish.Id);
        if (channel.Session.Interceptors is { } interceptors)
            content.ReplaceProperties(interceptors.Intercept(EncodedMessage.Read(content.Head).Properties));
        var head = content.Head;
        var message = EncodedMessage.Read(head);
        var properties = EncodedProperties.Read(message.Properties, channel.Session.Options.MaxTableDepth);
        if ((properties.Flags & PropertyFlags.ReplyTo) != 0 && DirectReplyToHandlers.IsPseudoQueue(properties.ReplyTo))
        {
            DirectReplyToHandlers.NameRequester(channel, message, properties.Headers);
            head = content.Head;
            message = EncodedMessage.Read(head);
            properties = EncodedProperties.Read(message.Properties);
        }
        int version = channel.Session.VirtualHost.Changes;
        var route = channel.Publisher.FindRoute(message.Address, message.Properties, properties.Headers, out var tally);
        if ((properties.Flags & (PropertyFlags.DeliveryMode | PropertyFlags.UserId)) != 0)
            Check(properties, channel.Session.User);
        var traits = MessageTraits.Of(properties);
        if (!properties.Headers.IsEmpty)
            head = WithoutBcc(head, message, properties.Headers);
        if (channel.Session.VirtualHost.Firehose is { } firehose
            && firehose.Published(EncodedMessage.Read(head), properties.Headers, body, route.Queues, channel.TracedBy) is { } copy)
            channel.Session.Round.Defer(copy);

        if (channel.Transaction is { } transaction)
            transaction.Add(route, version, tally, head, body, traits, content.Mandatory);
        else
            Deliver(channel, route, tally, head, body, traits, content.Mandatory);
        content.Release();
    }

    /// <summary>Hands a message to its queues, or returns it, and counts it for its confirm.</summary>
    /// <returns>False when one of its queues has refused it.</returns>
    public static bool Deliver(
        AmqpChannel channel, MessageRoute route, ExchangeTally tally, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, bool isMandatory)
    {
        bool isReplied = route.Replies.Length > 0 && channel.Publisher.Reply(route, head, body);
        bool isUnrouted = route.IsUnrouted && !isReplied;
        tally.Note(route.Queues.Length);
        channel.Counts.NoteSize(body.Length);
        if (isUnrouted)
            channel.Counts.NoteUnrouted(isReturned: isMandatory);
        if (isMandatory && isUnrouted)
            channel.Publisher.Return(head, body);
        long position;
        try
        {
            position = channel.Publisher.Store(route, head, body, traits);
        }
        catch (StoreFailedException failure)
        {
            if (channel.Confirms is null)
                throw new AmqpException(ReplyCode.InternalError, failure.Message, BasicPublish.Id);
            position = ConfirmTracker.Never;
        }
        if (channel.Confirms is { } confirms)
        {
            if (position == MessageIntake.Refused)
                confirms.NoteRefused();
            else
                confirms.Note(position);
            var confirming = channel.Session.Confirming;
            if (confirming.Count == 0 || (!ReferenceEquals(confirming[^1], channel) && !confirming.Contains(channel)))
                confirming.Add(channel);
        }
        return position != MessageIntake.Refused;
    }

    private static void Check(in EncodedProperties properties, User user)
    {
        if ((properties.Flags & PropertyFlags.DeliveryMode) != 0 && properties.DeliveryMode is not (1 or 2))
            throw new AmqpException(ReplyCode.PreconditionFailed, $"invalid message: {{delivery_mode_unknown,{properties.DeliveryMode}}}", BasicPublish.Id);
        if ((properties.Flags & PropertyFlags.UserId) != 0 && !user.EncodedName.AsSpan().SequenceEqual(properties.UserId) && !user.Tags.IsImpersonator)
            throw new AmqpException(
                ReplyCode.PreconditionFailed,
                $"user_id property set to '{OctetText.Decode(properties.UserId)}' but authenticated user was '{user.Name}'", BasicPublish.Id);
    }

    private static ReadOnlySpan<byte> WithoutBcc(ReadOnlySpan<byte> head, EncodedMessage message, ReadOnlySpan<byte> headers)
    {
        var properties = SenderSelectedKeys.WithoutBcc(message.Properties, headers);
        if (properties == message.Properties)
            return head;
        return EncodedMessage.NewHead(message.Address, properties, SenderSelectedKeys.Hide(headers));
    }
}
