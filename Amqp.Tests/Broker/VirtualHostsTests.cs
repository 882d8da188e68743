using Amqp.Server.Broker;
using Amqp.Server.Security;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>Who may use a virtual host that has just been made.</summary>
public sealed class VirtualHostsTests
{
    [Test]
    public async Task Whoever_makes_it_may_use_it_as_far_as_nothing_else_was_said_and_whoever_changes_it_may_not()
    {
        await using var broker = new BareBroker();
        var (hosts, permissions) = (broker.Broker.VirtualHosts, broker.Broker.Permissions);
        permissions.Put(new Permission("narrow", "v2", "^c", "^w", "^r"));

        hosts.Put("v1", VirtualHostDescription.None, maker: "maker");
        hosts.Put("v2", VirtualHostDescription.None, maker: "narrow");
        hosts.Put("v1", new VirtualHostDescription("anew", []), maker: "another");
        hosts.Put("v3", VirtualHostDescription.None);

        Assert.That(Texts("v1", "maker"), Is.EqualTo((".*", ".*", ".*")));
        Assert.That(Texts("v2", "narrow"), Is.EqualTo(("^c", "^w", "^r")));
        Assert.That(permissions.Find("v1", "another"), Is.Null);
        Assert.That(permissions.All.Where(permission => permission.VirtualHost == "v3"), Is.Empty);
        Assert.That(hosts.Find("v1")!.Description.Text, Is.EqualTo("anew"));

        (string, string, string) Texts(string host, string user) =>
            permissions.Find(host, user) is { } permission ? (permission.Configure.Text, permission.Write.Text, permission.Read.Text) : default;
    }
}
