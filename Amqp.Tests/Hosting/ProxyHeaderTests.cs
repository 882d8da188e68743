using System.Net;
using System.Text;
using Amqp.Server.Hosting.Proxy;

namespace Amqp.Tests.Hosting;

public class ProxyHeaderTests
{
    private const string Signature = "0D0A0D0A000D0A515549540A";

    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 41000 5672\r\n", "192.0.2.1:41000", "192.0.2.2:5672")]
    [TestCase("PROXY TCP6 2001:db8::1 2001:db8::2 41000 5672\r\n", "[2001:db8::1]:41000", "[2001:db8::2]:5672")]
    [TestCase("PROXY UNKNOWN\r\n", null, null)]
    [TestCase("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", null, null)]
    [TestCase(
        "PROXY UNKNOWN ...........................................................................................\r\n", null, null,
        Description = "as long as a line may be")]
    public void A_line_names_both_ends(string line, string? source, string? destination) =>
        DemandRead(Encoding.ASCII.GetBytes(line), source, destination);

    [TestCase("192.0.2.1:41000", "192.0.2.2:5672", "192.0.2.1:41000", "192.0.2.2:5672")]
    [TestCase("[::ffff:192.0.2.1]:41000", "[::ffff:192.0.2.2]:5672", "192.0.2.1:41000", "192.0.2.2:5672")]
    [TestCase("[2001:db8::1]:41000", "[2001:db8::2]:5672", "[2001:db8::1]:41000", "[2001:db8::2]:5672")]
    [TestCase("192.0.2.1:41000", "[2001:db8::2]:5672", "[::ffff:192.0.2.1]:41000", "[2001:db8::2]:5672")]
    public async Task A_header_that_is_written_is_read_again(string source, string destination, string readSource, string readDestination)
    {
        byte[] header = ProxyHeader.Write(IPEndPoint.Parse(source), IPEndPoint.Parse(destination));
        using var stream = new MemoryStream([.. header, 1, 2, 3]);

        var read = await ProxyHeader.ReadAsync(stream, CancellationToken.None);

        Assert.That(read, Is.EqualTo(new ProxyHeader(IPEndPoint.Parse(readSource), IPEndPoint.Parse(readDestination))));
        Assert.That(stream.Position, Is.EqualTo(header.Length), "nothing behind the header was read");
    }

    [TestCase("2111000CC0000201C0000202A0281628", "192.0.2.1:41000", "192.0.2.2:5672", TestName = "Binary_over_IPv4")]
    [TestCase(
        "2111000FC0000201C0000202A0281628040000", "192.0.2.1:41000", "192.0.2.2:5672", TestName = "Binary_with_more_behind_the_addresses")]
    [TestCase(
        "2121002420010DB800000000000000000000000120010DB8000000000000000000000002A0281628", "[2001:db8::1]:41000", "[2001:db8::2]:5672",
        TestName = "Binary_over_IPv6")]
    [TestCase("2111000C7F0000017F000001A0281628", "127.0.0.1:41000", "127.0.0.1:5672", TestName = "Binary_from_loopback")]
    [TestCase("20000000", null, null, TestName = "Binary_of_the_proxy_itself")]
    [TestCase("2011000CC0000201C0000202A0281628", null, null, TestName = "Binary_of_the_proxy_itself_with_addresses")]
    [TestCase("21000000", null, null, TestName = "Binary_unspecified")]
    [TestCase("2131000CC0000201C0000202A0281628", null, null, TestName = "Binary_over_a_Unix_socket")]
    public void A_binary_header_names_both_ends(string hex, string? source, string? destination) =>
        DemandRead(Convert.FromHexString(Signature + hex), source, destination);

    [TestCase("AMQP\0\0\t\u0001")]
    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 41000\r\n")]
    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 41000 70000\r\n")]
    [TestCase("PROXY TCP4 host host 1 2\r\n")]
    [TestCase("PROXY SCTP4 192.0.2.1 192.0.2.2 1 2\r\n")]
    [TestCase("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 ................................................................................\r\n")]
    public void What_is_no_header_is_refused(string text) =>
        Assert.That(() => ProxyHeader.TryRead(Encoding.Latin1.GetBytes(text), out _, out _), Throws.TypeOf<InvalidDataException>());

    [TestCase("3111000CC0000201C0000202A0281628", TestName = "Another_version")]
    [TestCase("2211000CC0000201C0000202A0281628", TestName = "Another_command")]
    [TestCase("21110004C0000201", TestName = "Too_short_for_its_addresses")]
    public void A_binary_header_that_makes_no_sense_is_refused(string hex) =>
        Assert.That(() => ProxyHeader.TryRead(Convert.FromHexString(Signature + hex), out _, out _), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void A_line_that_is_longer_than_one_may_be_is_refused_as_soon_as_that_is_seen()
    {
        byte[] line = [.. "PROXY UNKNOWN "u8, .. new byte[93]];

        Assert.That(ProxyHeader.TryRead(line.AsSpan(0, 106), out _, out _), Is.False);
        Assert.That(() => ProxyHeader.TryRead(line, out _, out _), Throws.TypeOf<InvalidDataException>());
    }

    private static void DemandRead(byte[] octets, string? source, string? destination)
    {
        byte[] received = [.. octets, .. "AMQP"u8];
        for (int i = 0; i < octets.Length; i++)
            Assert.That(ProxyHeader.TryRead(received.AsSpan(0, i), out _, out _), Is.False, $"after {i} octets");

        Assert.That(ProxyHeader.TryRead(received, out var header, out int length));

        Assert.That(length, Is.EqualTo(octets.Length));
        Assert.That((header!.Source, header.Destination), Is.EqualTo((Parse(source), Parse(destination))));
    }

    private static IPEndPoint? Parse(string? endPoint) => endPoint is null ? null : IPEndPoint.Parse(endPoint);
}
