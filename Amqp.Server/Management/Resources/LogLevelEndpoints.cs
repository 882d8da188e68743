using Amqp.Server.Configuration;
using Amqp.Server.Logging;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resources under <c>/api/log-levels</c>, which change log levels until the broker stops. RabbitMQ does not have these resources.
/// </summary>
internal static class LogLevelEndpoints
{
    public static ManagementApi MapLogLevels(this ManagementApi api) => api
        .Get("/log-levels", Access.Administrator, List)
        .Put("/log-levels", Access.Administrator, request => Set(request, null))
        .Put("/log-levels/{category}", Access.Administrator, request =>
            Set(request, LogCategories.Find(request.Name("category")) ?? throw ApiException.NotFound()));

    private static ApiReply List(ApiRequest request) =>
        ApiReply.Texts([.. LogCategories.All.Select(
            category => (LogCategories.NameOf(category), LogLevels.NameOf(request.Services.LogLevels.Of(category))))]);

    private static ApiReply Set(ApiRequest request, LogCategory? category)
    {
        request.DemandFields("level");
        string name = request.Text("level");
        if (!ValueKinds.Level.TryRead(name, out var level))
            throw ApiException.BadRequest($"level is '{name}', expected {ValueKinds.Level.Expected}");
        string what = category is { } one ? $"the log level of {LogCategories.NameOf(one)}" : "the log level";
        // The change is logged first, because the new level may suppress the log line.
        request.Services.Logger.SettingChanged(request.User.Name, what, name);
        request.Services.LogLevels.Set(category, level);
        return ApiReply.NoContent;
    }
}
