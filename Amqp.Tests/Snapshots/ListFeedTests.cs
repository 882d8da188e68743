using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Configuration;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Live;
using Amqp.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Snapshots;

/// <summary>The list in a live stream: changes for a client that keeps up, the whole rows for one that does not.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ListFeedTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();
    private readonly LiveOutput _output = new();

    public async ValueTask DisposeAsync()
    {
        _output.Dispose();
        await _broker.DisposeAsync();
    }

    [Test]
    public void A_client_that_fell_behind_gets_the_whole_rows_and_one_that_did_not_gets_what_has_changed()
    {
        using var request = Request("?list=exchanges&limit=2");
        var feed = ListFeed.Open(request)!;

        Assert.That(EventOf(feed, request), Does.StartWith("event: rows"));
        Assert.That(EventOf(feed, request), Is.Empty, "nothing has changed");
        Assert.That(EventOf(feed, request, isBehind: true), Does.StartWith("event: rows"));
        _broker.Host.Topology.DeclareExchange("x", "topic", ExchangeFlags.None, FieldTable.Empty);
        Assert.That(
            () => EventOf(feed, request),
            Does.StartWith("event: cells").And.Contain("\"total_count\":9").And.Contain("\"cells\":[]").After(3_000, 20));
    }

    private string EventOf(ListFeed feed, ApiRequest request, bool isBehind = false)
    {
        _output.Clear();
        feed.Write(new LivePush(request, _output, isBehind));
        return Encoding.UTF8.GetString(_output.Written.Span);
    }

    private ApiRequest Request(string query)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(query);
        var services = new ManagementServices(new(() => _broker.Broker), null!, new BrokerOptions(), () => [], null!, NullLogger.Instance)
        {
            Sessions = null!,
            Shovels = null!,
            Federation = null!,
            RecentLog = null!,
            RecentEvents = null!,
            Stop = () => { }
        };
        var user = new ApiUser(new User("u", PasswordHash.None, UserTags.Parse("monitoring")), _broker.Broker.Permissions);
        return new ApiRequest(http, services, user);
    }
}
