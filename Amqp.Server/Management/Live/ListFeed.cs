using System.Text.Json;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Lists;

namespace Amqp.Server.Management.Live;

/// <summary>The window of a list that a page shows: first the whole rows, then only the fields that have changed.</summary>
internal sealed class ListFeed : ILiveFeed
{
    private readonly SnapshotQuery _query;
    private RowWindow? _sent;

    private ListFeed(SnapshotQuery query) => _query = query;

    /// <summary>Returns the feed of the list that the parameter <c>list</c> names; null without the parameter.</summary>
    /// <exception cref="ApiException">400: a parameter is invalid.</exception>
    public static ListFeed? Open(ApiRequest request)
    {
        if (request.Query("list") is not { Length: > 0 } name)
            return null;
        var kind = ListKinds.All.FirstOrDefault(kind => kind.Name == name)
            ?? throw ApiException.BadRequest(
                $"list: '{name}' is unknown; known are {string.Join(", ", ListKinds.All.Select(kind => kind.Name))}");
        var feed = new ListFeed(new SnapshotQuery(kind, request));
        feed.Read(request); // an order that is impossible is refused before the stream begins
        return feed;
    }

    public void Write(LivePush push)
    {
        var now = Read(push.Request);
        if (_sent is null || push.IsBehind || !now.Rows.AreOfSameObjects(_sent.Rows))
            push.Output.Add("rows", json => SnapshotReply.Write(json, now, _query.Offset));
        else if (!now.Rows.AreEqual(_sent.Rows) || (now.TotalCount, now.FilteredCount) != (_sent.TotalCount, _sent.FilteredCount))
            push.Output.Add("cells", json => WriteCells(json, now, _sent));
        _sent = now;
    }

    private static void WriteCells(Utf8JsonWriter json, RowWindow now, RowWindow before)
    {
        json.WriteStartObject();
        json.WriteNumber("snapshot", now.Snapshot);
        json.WriteNumber("taken_at", now.TakenAt);
        json.WriteNumber("total_count", now.TotalCount);
        json.WriteNumber("filtered_count", now.FilteredCount);
        json.WritePropertyName("cells");
        now.Rows.WriteChanges(json, before.Rows);
        json.WriteEndObject();
    }

    private RowWindow Read(ApiRequest request)
    {
        using var lease = _query.Kind.Source(request.Services.Snapshots).Read();
        return RowWindow.Of(lease.Table, _query, request.User);
    }
}
