using Amqp.Protocol;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;
using Amqp.Storage.Faults;

namespace Amqp.Server.Management.Http;

/// <summary>What went wrong, in RabbitMQ's answers.</summary>
internal static class ApiErrors
{
    /// <summary>What a client without a login is asked for.</summary>
    public const string Challenge = "Basic realm=\"RabbitMQ Management\"";

    /// <summary>Null for what nobody foresaw.</summary>
    public static ApiException? Of(Exception error) => error switch
    {
        ApiException known => known,
        DefinitionException impossible => ApiException.BadRequest([.. impossible.Reason]),
        ValidationException invalid => ApiException.BadRequest($"Validation failed\n\n{invalid.Message}\n"),
        BrokerException { Error: BrokerError.NotFound } missing => new ApiException(StatusCodes.Status404NotFound, "not_found", missing.Message),
        BrokerException { Error: BrokerError.Refused or BrokerError.NotAllowed } => ApiException.NotAuthorized("Access refused."),
        BrokerException refused => ApiException.BadRequest(refused.Message),
        AmqpException malformed => ApiException.BadRequest(malformed.Message),
        StoreFullException or StoreFailedException => new ApiException(StatusCodes.Status503ServiceUnavailable, "service_unavailable", error.Message),
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
