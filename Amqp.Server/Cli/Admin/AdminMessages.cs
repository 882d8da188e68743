using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Server.Cli.Admin;

/// <summary>The commands <c>publish</c> and <c>get</c>.</summary>
internal static class AdminMessages
{
    private static readonly string[] _columnsWithoutPayload = ["routing_key", "exchange", "message_count", "payload_bytes", "redelivered"];

    public static async Task PublishAsync(AdminCall call)
    {
        (JsonObject body, string path) = AdminObjects.Published.Read(call.Words, call.VirtualHost);
        if (body["payload"] is null)
        {
            using Stream input = Console.OpenStandardInput();
            using var payload = new MemoryStream();
            await input.CopyToAsync(payload);
            body["payload"] = Convert.ToBase64String(payload.ToArray());
            body["payload_encoding"] = "base64";
        }
        JsonElement answer = await call.SendAsync(HttpMethod.Post, path, body);
        call.Say(answer.GetProperty("routed").GetBoolean() ? "Message published" : "Message published but NOT routed");
    }

    public static async Task GetAsync(AdminCall call)
    {
        (JsonObject body, string path) = AdminObjects.Fetched.Read(call.Words, call.VirtualHost);
        string? file = (string?)body["payload_file"];
        if (file is not null && (string?)body["count"] != "1")
            throw new AdminUsageException("Cannot get multiple messages using payload_file");
        JsonElement messages = await call.SendAsync(HttpMethod.Post, path, body);
        if (file is not null && messages.GetArrayLength() > 0)
            await File.WriteAllBytesAsync(file, PayloadOf(messages[0]));
        new AdminListing(call).Print(messages, file is null ? [] : _columnsWithoutPayload, jsonColumns: []);
    }

    private static byte[] PayloadOf(JsonElement message)
    {
        string payload = message.GetProperty("payload").GetString()!;
        return message.GetProperty("payload_encoding").GetString() == "base64"
            ? Convert.FromBase64String(payload)
            : Encoding.UTF8.GetBytes(payload);
    }
}
