using System.Text;
using System.Text.Json;
using Amqp.Server.Broker.Events;
using Amqp.Server.Configuration;
using Amqp.Server.Logging;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resources <c>/api/log</c> and <c>/api/events</c> of the HTTP API: the last lines of the log, and the last events. RabbitMQ does not
/// have these resources.
/// </summary>
/// <remarks>
/// A client that follows the log sends <c>next</c> of the last reply as <c>after</c>. Without <c>after</c>, the reply has the last items.
/// </remarks>
internal static class RecentEndpoints
{
    private const int UsualLimit = 100, MaxLimit = 100_000;

    public static ManagementApi MapRecent(this ManagementApi api) => api
        .Get("/log", Access.Monitoring, ListLines)
        .Get("/events", Access.Monitoring, ListEvents);

    private static ApiReply ListLines(ApiRequest request)
    {
        LogLevel level = default;
        if (request.Query("level") is { } name && !ValueKinds.Level.TryRead(name, out level))
            throw ApiException.BadRequest($"level is '{name}', expected {ValueKinds.Level.Expected}");
        LogCategory? category = request.Query("category") is not { } wanted ? null
            : LogCategories.Find(wanted)
                ?? throw ApiException.BadRequest(
                    $"category is '{wanted}', expected one of {string.Join(", ", LogCategories.All.Select(LogCategories.NameOf))}");
        string[] words = Words(request);
        return List(
            request,
            request.Services.RecentLog.Lines,
            line => line.Level >= level && (category is null || line.Category == category) && Contains(line.Text, words),
            RecentView.Write);
    }

    private static ApiReply ListEvents(ApiRequest request)
    {
        string[] words = Words(request);
        return List(
            request,
            request.Services.RecentEvents.Items,
            happened => words.Length == 0 || Contains(TextOf(happened), words),
            RecentView.Write);
    }

    private static ApiReply List<T>(
        ApiRequest request, RecentItems<T> items, Func<T, bool> wants, Action<Utf8JsonWriter, RecentItem<T>> write)
    {
        int limit = (int)request.QueryNumber("limit", UsualLimit, 1, MaxLimit);
        long after = request.QueryNumber("after", -1, 0, long.MaxValue);
        var wanted = items.After(Math.Max(after, 0), out long last).Where(item => wants(item.Value)).ToList();
        if (wanted.Count > limit)
        {
            // A client that follows continues after the items of this reply.
            if (after >= 0)
                last = wanted[limit - 1].Sequence;
            wanted.RemoveRange(after >= 0 ? limit : 0, wanted.Count - limit);
        }
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var item in wanted)
                write(json, item);
            json.WriteEndArray();
            json.WriteNumber("next", last);
            json.WriteEndObject();
        });
    }

    private static string[] Words(ApiRequest request) => request.Query("q")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static bool Contains(string text, string[] words)
    {
        foreach (string word in words)
            if (!text.Contains(word, StringComparison.OrdinalIgnoreCase))
                return false;
        return true;
    }

    private static string TextOf(BrokerEvent happened)
    {
        var text = new StringBuilder(happened.Name);
        foreach (var (name, value) in happened.Facts)
            text.Append(' ').Append(name).Append(' ').Append(value);
        return text.ToString();
    }
}
