using System.Text.Json;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Values;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary><c>/api/queues/vhost/name/get</c>: takes messages from a queue, and requeues, acknowledges or rejects them.</summary>
internal static class QueueMessages
{
    /// <summary>Estimated size of a message in a reply, in bytes, without the message's body.</summary>
    private const int Overhead = 512;

    public static ApiReply Get(ApiRequest request)
    {
        if (request.FindVirtualHost() is null)
            throw ApiException.NotAuthorized("Access refused."); // as in RabbitMQ, 401 instead of 404
        string queue = request.Name("queue");
        ApiRequest.DemandShort(queue, "queue");
        request.DemandFields("ackmode", "count", "encoding");
        var (isRequeued, isRejected) = ReadMode(request.Text("ackmode"));
        long count = request.Number("count");
        bool isTextWanted = PayloadEncoding.IsTextWanted(request.Text("encoding"));
        long truncate = request.Json.TryGetProperty("truncate", out _) ? request.Number("truncate") : long.MaxValue;

        int most = (int)Math.Clamp(truncate, 0, int.MaxValue);
        using var session = request.OpenSession();
        // As in RabbitMQ, a negative number asks for all messages.
        var messages = Take(session, request, queue, count < 0 ? long.MaxValue : count, most);
        if (messages.Count > 0 && !isRequeued)
            Settle(session, messages[^1].Tag, isRejected);
        // Messages that are not settled are requeued at the end of the session.
        return ApiReply.Array(messages, (json, message) => Write(json, message, isTextWanted));
    }

    private static (bool IsRequeued, bool IsRejected) ReadMode(string mode) => mode switch
    {
        "ack_requeue_true" => (true, false),
        "reject_requeue_true" => (true, true),
        "ack_requeue_false" => (false, false),
        "reject_requeue_false" => (false, true),
        _ => throw ApiException.BadRequest(
            $"Unsupported ackmode. Please use ack_requeue_true, ack_requeue_false, reject_requeue_true or reject_requeue_false."),
    };

    /// <summary>Takes messages as long as they fit into the reply. The first message is taken even if it does not fit.</summary>
    private static List<LocalMessage> Take(LocalSession session, ApiRequest request, string name, long count, int most)
    {
        var messages = new List<LocalMessage>();
        long left = request.Services.Options.Management.GetMaxBytes;
        try
        {
            while (messages.Count < count
                && (messages.Count == 0 || Fits(request.VirtualHost.FindQueue(name), left, most))
                && session.Get(name, most) is { } message)
            {
                messages.Add(message);
                left -= message.Size + Overhead;
            }
        }
        catch (BrokerException error) when (error.Error == BrokerError.NotFound)
        {
            // As in RabbitMQ, the reason is AMQP's reply text, which begins with the name of the reply code.
            throw new ApiException(StatusCodes.Status404NotFound, "not_found", error.ToAmqp().ReplyText);
        }
        catch (BrokerException error) when (error.Error == BrokerError.Refused)
        {
            throw ApiException.NotAuthorized(error.ToAmqp().ReplyText); // AMQP's reply text, as in RabbitMQ
        }
        return messages;
    }

    /// <summary>
    /// True if the next message of the queue fits into the reply. The reply shows at most <paramref name="most"/> bytes of the body.
    /// </summary>
    private static bool Fits(Queue? queue, long left, int most) =>
        left >= Overhead && queue is not null && Math.Min(queue.Status.FrontLength, most) + Overhead <= left;

    private static void Settle(LocalSession session, ulong upTo, bool isRejected) =>
        session.Do(asked => asked.Settle(upTo, isMultiple: true, isRejected ? Settlement.Reject : Settlement.Acknowledge));

    private static void Write(Utf8JsonWriter json, LocalMessage message, bool isTextWanted)
    {
        json.WriteStartObject();
        json.WriteNumber("payload_bytes", message.BodyLength);
        json.WriteBoolean("redelivered", message.IsRedelivered);
        json.WriteString("exchange", message.Exchange);
        json.WriteString("routing_key", message.RoutingKey);
        json.WriteNumber("message_count", message.Left);
        json.WritePropertyName("properties");
        PropertiesView.Write(json, message.Properties);
        JsonPayload.Write(json, message.Body, isTextWanted);
        json.WriteEndObject();
    }
}
