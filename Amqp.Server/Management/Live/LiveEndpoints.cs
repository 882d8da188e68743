using Amqp.Server.Broker.Events;
using Amqp.Server.Logging;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Live;

/// <summary>The resource <c>/api/live</c>: a stream of server-sent events. RabbitMQ does not have this resource.</summary>
internal static class LiveEndpoints
{
    public static ManagementApi MapLive(this ManagementApi api)
    {
        var streams = new LiveStreams(
            api.Services.Options.Management.MaxLiveStreams,
            [
                new OverviewTopic(), new ProblemsTopic(), new JobsTopic(), new AlarmsTopic(),
                new RecentTopic<LogLine>("log", services => services.RecentLog.Lines, RecentView.Write),
                new RecentTopic<BrokerEvent>("events", services => services.RecentEvents.Items, RecentView.Write),
            ]);
        return api.Get("/live", Access.Management, request => Open(request, streams));
    }

    private static LiveReply Open(ApiRequest request, LiveStreams streams)
    {
        var feeds = streams.TopicsOf(request).Select(topic => (topic.Access, topic.Open(request))).ToList();
        if (ListFeed.Open(request) is { } list)
            feeds.Add((Access.Management, list));
        return feeds.Count > 0
            ? new LiveReply(request, streams, feeds)
            : throw ApiException.BadRequest("topics: name at least one, or a list");
    }
}
