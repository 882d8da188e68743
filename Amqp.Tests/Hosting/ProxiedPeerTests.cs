using System.IO.Pipelines;
using System.Net;
using System.Text;
using Amqp.Server.Connections;
using Amqp.Server.Hosting.Proxy;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Hosting;

/// <summary>
/// A PROXY header with a loopback address makes a client local only if the header comes from this machine or from a trusted network.
/// </summary>
public class ProxiedPeerTests
{
    // Parameters: the address of the socket's peer, the PROXY header after its first word, the trusted networks, and true if the broker
    // treats the client as local.
    [TestCase("203.0.113.9", "TCP4 127.0.0.1 127.0.0.1 5 6", "", false)]
    [TestCase("203.0.113.9", "TCP4 127.8.8.8 127.0.0.1 5 6", "", false)]
    [TestCase("203.0.113.9", "TCP6 ::1 ::1 5 6", "", false)]
    [TestCase("203.0.113.9", "TCP6 ::ffff:127.0.0.1 ::1 5 6", "", false)]
    [TestCase("::ffff:203.0.113.9", "TCP4 127.0.0.1 127.0.0.1 5 6", "", false)]
    [TestCase("2001:db8::9", "TCP6 ::1 ::1 5 6", "203.0.113.0/24", false)]
    [TestCase("203.0.113.9", "TCP4 127.0.0.1 127.0.0.1 5 6", "198.51.100.0/24", false)]
    [TestCase("203.0.113.9", "TCP4 127.0.0.1 127.0.0.1 5 6", "198.51.100.0/24, 203.0.113.0/24", true)]
    [TestCase("::ffff:203.0.113.9", "TCP4 127.0.0.1 127.0.0.1 5 6", "203.0.113.9/32", true)]
    [TestCase("2001:db8::9", "TCP6 ::1 ::1 5 6", "2001:db8::/32", true)]
    [TestCase("203.0.113.9", "TCP4 192.0.2.1 192.0.2.2 5 6", "203.0.113.0/24", false)]
    [TestCase("127.0.0.1", "TCP4 127.0.0.1 127.0.0.1 5 6", "", true)]
    [TestCase("::1", "TCP6 ::1 ::1 5 6", "", true)]
    [TestCase("::ffff:127.0.0.1", "TCP4 127.0.0.1 127.0.0.1 5 6", "", true)]
    [TestCase("127.0.0.1", "TCP4 192.0.2.1 192.0.2.2 5 6", "", false)]
    [TestCase("127.0.0.1", "UNKNOWN", "", true)]
    [TestCase("203.0.113.9", "UNKNOWN", "", false)]
    public async Task A_loopback_address_is_believed_of_proxies_on_this_machine_and_trusted_ones(
        string own, string header, string trusted, bool isLocal)
    {
        var input = new Pipe();
        await input.Writer.WriteAsync(Encoding.ASCII.GetBytes($"PROXY {header}\r\n"));
        await using var connection = new DefaultConnectionContext(
            "c", new Ends(input.Reader, new Pipe().Writer), new Ends(new Pipe().Reader, new Pipe().Writer));
        connection.RemoteEndPoint = new IPEndPoint(IPAddress.Parse(own), 1000);
        connection.LocalEndPoint = new IPEndPoint(IPAddress.Parse("203.0.113.1"), 5672);
        IPNetwork[] networks = [.. trusted.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(network => IPNetwork.Parse(network))];
        ConnectionPeer? peer = null;

        await new ProxiedConnections(Note, TimeSpan.FromSeconds(30), networks, NullLogger.Instance).OnConnectedAsync(connection);

        Assert.That(peer?.IsLoopback, Is.EqualTo(isLocal));

        Task Note(ConnectionContext proxied)
        {
            peer = new ConnectionPeer(proxied);
            return Task.CompletedTask;
        }
    }

    /// <summary>
    /// A socket for IPv4 and IPv6 reports an IPv4 address in IPv6 form. The broker converts it to IPv4 for limits and permissions.
    /// </summary>
    [TestCase("::ffff:203.0.113.9", "203.0.113.9", false)]
    [TestCase("::ffff:127.0.0.1", "127.0.0.1", true)]
    [TestCase("203.0.113.9", "203.0.113.9", false)]
    [TestCase("2001:db8::9", "2001:db8::9", false)]
    public async Task An_address_is_the_plain_one_in_each_of_its_forms(string own, string plain, bool isLocal)
    {
        await using var connection = new DefaultConnectionContext("c")
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse(own), 1000),
            LocalEndPoint = new IPEndPoint(IPAddress.Parse("::ffff:203.0.113.1"), 5672),
        };

        var peer = new ConnectionPeer(connection);

        Assert.That(
            (peer.Name, $"{peer.Address}", peer.Remote, peer.Local),
            Is.EqualTo(($"{plain}:1000 -> 203.0.113.1:5672", plain, (plain, 1000), ("203.0.113.1", 5672))));
        Assert.That(peer.IsLoopback, Is.EqualTo(isLocal));
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
