using System.Text.Json;
using Amqp.Server.Broker.Values;
using Amqp.Server.Configuration;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resources <c>/api/settings</c> and <c>/api/stop</c>, for this broker's command line. RabbitMQ does not have these resources.
/// </summary>
/// <remarks>A changed setting applies until the broker stops.</remarks>
internal static class SettingEndpoints
{
    public static ManagementApi MapSettings(this ManagementApi api) => api
        .Put("/settings/memory-high-watermark", Access.Administrator, request =>
        {
            long bytes = ReadBytes(request);
            request.Services.Logger.SettingChanged(request.User.Name, "the memory high watermark", $"{bytes} bytes");
            request.Broker.Alarms.SetMemoryLimit(bytes);
            return ApiReply.NoContent;
        })
        .Put("/settings/disk-free-limit", Access.Administrator, request =>
        {
            long bytes = ReadBytes(request);
            request.Services.Logger.SettingChanged(request.User.Name, "the disk free limit", $"{bytes} bytes");
            request.Broker.Alarms.SetDiskLimit(bytes);
            return ApiReply.NoContent;
        })
        .Put("/settings/maintenance", Access.Administrator, request =>
        {
            bool isOn = ReadFlag(request, "enabled");
            request.Services.Logger.SettingChanged(request.User.Name, "maintenance mode", isOn ? "on" : "off");
            if (isOn)
                // The drain is not awaited, because it may last until the timeout.
                _ = request.Services.Connections.DrainAsync(request.Services.Options.Connections.ShutdownTimeout);
            else
                request.Services.Connections.Revive();
            return ApiReply.NoContent;
        })
        .Put("/settings/listeners", Access.Administrator, request =>
        {
            bool isSuspended = ReadFlag(request, "suspended");
            request.Services.Logger.SettingChanged(request.User.Name, "the listeners for clients", isSuspended ? "suspended" : "open");
            request.Services.Connections.IsSuspended = isSuspended;
            return ApiReply.NoContent;
        })
        .Post("/stop", Access.Administrator, request =>
        {
            request.Services.Logger.StopRequested(request.User.Name);
            request.Services.Stop(); // the reply is still sent: the stop waits until running requests have ended
            return ApiReply.NoContent;
        });

    private static bool ReadFlag(ApiRequest request, string name)
    {
        request.DemandFields(name);
        var value = request.Json.GetProperty(name);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw ApiException.BadRequest($"not_boolean {JsonFields.Text(value)}");
    }

    /// <summary>
    /// Reads a number of bytes: the size in the field <c>absolute</c>, or the fraction of the available memory in the field
    /// <c>relative</c>.
    /// </summary>
    private static long ReadBytes(ApiRequest request)
    {
        if (request.Json.TryGetProperty("relative", out var relative))
            return relative.ValueKind == JsonValueKind.Number && relative.GetDouble() is >= 0 and <= 1000 and var share
                ? (long)(share * new MemoryWatermark().Available)
                : throw ApiException.BadRequest("relative must be a number, not negative");
        request.DemandFields("absolute");
        string text = JsonFields.Text(request.Json.GetProperty("absolute"));
        return ByteSize.TryParse(text, out long bytes)
            ? bytes
            : throw ApiException.BadRequest($"Unable to parse value {text}; expected bytes, or a number with a unit such as 2GB");
    }
}
