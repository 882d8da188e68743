using System.Text.Json;
using System.Text.Unicode;
using Amqp.Protocol;

namespace Amqp.Server.Management;

/// <summary><c>/api/queues/vhost/name/get</c>: a look at messages, which are then put back, or not.</summary>
internal static class QueueMessages
{
    public static ApiReply Get(ApiRequest request)
    {
        if (request.FindVirtualHost() is null)
            throw ApiException.NotAuthorized("Access refused."); // not 404, as RabbitMQ has it here
        string queue = request.Name("queue");
        ApiRequest.DemandShort(queue, "queue");
        request.DemandFields("ackmode", "count", "encoding");
        var (isRequeued, isRejected) = ReadMode(request.Text("ackmode"));
        long count = request.Number("count");
        string encoding = request.Text("encoding");
        if (encoding is not ("auto" or "base64"))
            throw ApiException.BadRequest("Unsupported encoding. Please use auto or base64.");
        long truncate = request.Json.TryGetProperty("truncate", out _) ? request.Number("truncate") : long.MaxValue;

        using var channel = request.OpenChannel();
        var messages = Take(channel, queue, count);
        if (messages.Count > 0 && !isRequeued)
            Settle(channel, messages[^1].Method.DeliveryTag, isRejected);
        return ApiReply.Json(json =>
        {
            json.WriteStartArray();
            foreach (var message in messages)
                Write(json, message, encoding == "auto", truncate);
            json.WriteEndArray();
        }); // what was not settled returns to its place with the channel's end
    }

    private static (bool IsRequeued, bool IsRejected) ReadMode(string mode) => mode switch
    {
        "ack_requeue_true" => (true, false),
        "reject_requeue_true" => (true, true),
        "ack_requeue_false" => (false, false),
        "reject_requeue_false" => (false, true),
        _ => throw ApiException.BadRequest($"Unsupported ackmode. Please use ack_requeue_true, ack_requeue_false, reject_requeue_true or reject_requeue_false."),
    };

    private static List<LocalMessage> Take(LocalChannel channel, string queue, long count)
    {
        var messages = new List<LocalMessage>();
        try
        {
            while (messages.Count < count && channel.Get(queue) is { } message)
                messages.Add(message);
        }
        catch (AmqpException error) when (error.Code == ReplyCode.NotFound)
        {
            throw new ApiException(StatusCodes.Status404NotFound, "not_found", error.ReplyText); // here with the code's name
        }
        catch (AmqpException error) when (error.Code == ReplyCode.AccessRefused)
        {
            throw ApiException.NotAuthorized(error.ReplyText); // likewise
        }
        return messages;
    }

    private static void Settle(LocalChannel channel, ulong upTo, bool isRejected)
    {
        if (isRejected)
            channel.Tell(new BasicNack(upTo, Multiple: true, Requeue: false));
        else
            channel.Tell(new BasicAck(upTo, Multiple: true));
    }

    private static void Write(Utf8JsonWriter json, LocalMessage message, bool isTextWanted, long truncate)
    {
        var payload = message.Body.Span[..(int)Math.Min(message.Body.Length, Math.Max(truncate, 0))];
        bool isText = isTextWanted && Utf8.IsValid(payload);
        json.WriteStartObject();
        json.WriteNumber("payload_bytes", message.Body.Length);
        json.WriteBoolean("redelivered", message.Method.Redelivered);
        json.WriteString("exchange", message.Method.Exchange);
        json.WriteString("routing_key", message.Method.RoutingKey);
        json.WriteNumber("message_count", message.Method.MessageCount);
        json.WritePropertyName("properties");
        PropertiesView.Write(json, message.Properties);
        if (isText)
            json.WriteString("payload", payload);
        else
            json.WriteBase64String("payload", payload);
        json.WriteString("payload_encoding", isText ? "string" : "base64");
        json.WriteEndObject();
    }
}
