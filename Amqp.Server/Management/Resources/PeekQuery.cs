using System.Text.Json;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The page of messages that a client wants to see.</summary>
/// <exception cref="ApiException">400: a parameter is invalid.</exception>
internal sealed class PeekQuery(ApiRequest request)
{
    /// <summary>Bytes of payloads after which a reply ends.</summary>
    public const long MaxReply = 8 << 20;

    /// <summary>Maximum and default number of messages in a reply.</summary>
    private const int MaxMessages = 1_000, UsualMessages = 50;

    /// <summary>Maximum and default number of bytes of each payload in a reply.</summary>
    private const int MaxTruncate = 1 << 20, UsualTruncate = 1 << 10;

    /// <summary>Number of messages in front of the first one.</summary>
    public long Offset { get; } = request.QueryNumber("offset", 0, 0, long.MaxValue);

    /// <summary>Maximum number of messages.</summary>
    public int Limit { get; } = (int)request.QueryNumber("limit", UsualMessages, 1, MaxMessages);

    /// <summary>Maximum number of bytes of each payload.</summary>
    public int Truncate { get; } = (int)request.QueryNumber("truncate", UsualTruncate, 0, MaxTruncate);

    /// <summary>True to write a payload that is valid UTF-8 as text.</summary>
    public bool IsTextWanted { get; } = PayloadEncoding.IsTextWanted(request.Query("encoding") ?? "auto");

    /// <summary>Writes the offset of the next page; null if there is none.</summary>
    public static void WriteNext(Utf8JsonWriter json, long? offset)
    {
        if (offset is { } next)
            json.WriteNumber("next_offset", next);
        else
            json.WriteNull("next_offset");
    }
}
