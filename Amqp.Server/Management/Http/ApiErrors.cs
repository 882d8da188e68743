using Amqp.Protocol;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;
using Amqp.Storage.Faults;

namespace Amqp.Server.Management.Http;

/// <summary>Maps exceptions to RabbitMQ's error replies, and sends them.</summary>
internal static class ApiErrors
{
    /// <summary>Value of <c>WWW-Authenticate</c> in replies to requests without a valid login.</summary>
    public const string Challenge = "Basic realm=\"RabbitMQ Management\"";

    /// <summary>Returns the reply for an exception, or null for an unexpected one.</summary>
    public static ApiException? Of(Exception error) => error switch
    {
        ApiException known => known,
        DefinitionException impossible => ApiException.BadRequest([.. impossible.Reason]),
        ValidationException invalid => ApiException.BadRequest($"Validation failed\n\n{invalid.Message}\n"),
        BrokerException { Error: BrokerError.NotFound } missing =>
            new ApiException(StatusCodes.Status404NotFound, "not_found", missing.Message),
        BrokerException { Error: BrokerError.Refused or BrokerError.NotAllowed } => ApiException.NotAuthorized("Access refused."),
        BrokerException refused => ApiException.BadRequest(refused.Message),
        AmqpException malformed => ApiException.BadRequest(malformed.Message),
        StoreFullException or StoreFailedException =>
            new ApiException(StatusCodes.Status503ServiceUnavailable, "service_unavailable", error.Message),
        BadHttpRequestException unreadable => new ApiException(unreadable.StatusCode, "bad_request", unreadable.Message),
        _ => null,
    };

    public static async Task SendAsync(HttpContext http, ApiException error)
    {
        await ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("error", error.Error);
            if (error.Reason.Count == 1)
                json.WriteString("reason", error.Reason[0]);
            else
                json.WriteStrings("reason", error.Reason);
            json.WriteEndObject();
        }, error.Status).SendAsync(http);
    }
}
