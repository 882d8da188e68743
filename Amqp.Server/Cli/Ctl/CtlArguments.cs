using System.Text.Json;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The arguments of queues, exchanges, bindings and consumers.</summary>
internal static class CtlArguments
{
    private static readonly JsonElement _none = JsonSerializer.SerializeToElement(Array.Empty<string>());

    /// <summary>Those of an item; none is an empty list, as in Erlang.</summary>
    public static JsonElement Of(JsonElement item) =>
        item.TryGetProperty("arguments", out JsonElement arguments) && arguments.ValueKind == JsonValueKind.Object && arguments.EnumerateObject().Any() ? arguments : _none;
}
