using Amqp.Server.Broker.Sessions;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Lists;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/consumers</c>.</summary>
internal static class ConsumerEndpoints
{
    public static ManagementApi MapConsumers(this ManagementApi api) => api
        .Get("/consumers", Access.Management, request => SnapshotReply.Or(request, ListKinds.Consumers, () => List(
            ConsumerView.All(request.Services.Connections).Where(consumer => request.User.CanSee(consumer.Session.Client.VirtualHost)))))
        .Get("/consumers/{vhost}", Access.Management, request =>
        {
            var host = request.VirtualHost;
            return SnapshotReply.Or(request, ListKinds.Consumers, () => List(
                ConsumerView.All(request.Services.Connections).Where(consumer =>
                    consumer.Session.Client.VirtualHost == host && request.User.CanSee(host))));
        });

    private static ListReply<SessionConsumer> List(IEnumerable<SessionConsumer> consumers) =>
        new(consumers, consumer => consumer.Tag, ConsumerView.Write);
}
