using System.Diagnostics;
using System.Net.Sockets;
using Amqp.Protocol;
using Amqp.Tests.Support;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Security;

/// <summary>Hundreds of clients guess passwords, or connect and send nothing. Other clients must not be affected.</summary>
[NonParallelizable] // a flood uses all processors
public class LoginFloodTests
{
    [Test]
    public async Task Many_wrong_passwords_are_a_few_lines_of_log_that_name_the_offender()
    {
        await using var broker = await BrokerInProcess.StartAsync("connection.failed_login_limit = infinity");
        for (int i = 0; i < 100; i++)
            await FailAsync(broker, $"user{i}");

        await using (var good = await BrokerInProcess.ConnectAsync(broker.Factory()))
            Assert.That(good.IsOpen);
        await Eventually.Holds(
            () => broker.Log.Any(line => line.StartsWith(
                "97 more logins from 127.0.0.1 were refused within 10 s, the last of 'user99'", StringComparison.Ordinal)),
            () => string.Join('\n', broker.Log));
        Assert.That(
            broker.Log.Count(line => line.Contains("refused", StringComparison.OrdinalIgnoreCase)),
            Is.EqualTo(4),
            string.Join('\n', broker.Log));
    }

    [Test]
    public async Task Who_fails_again_and_again_waits_and_nobody_else_does()
    {
        await using var broker = await BrokerInProcess.StartAsync("connection.failed_login_limit = 2");
        for (int i = 0; i < 2; i++)
            await FailAsync(broker, "guest");

        var slow = Stopwatch.StartNew();
        var refused = FailAsync(broker, "guest");
        await using (var good = await BrokerInProcess.ConnectAsync(broker.Factory()))
            Assert.That(refused.IsCompleted, Is.False);
        await refused;

        Assert.That(slow.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(2.5)));
    }

    [Test]
    public async Task Who_connects_and_says_nothing_keeps_nobody_out()
    {
        await using var broker = await BrokerInProcess.StartAsync("connection.max_unauthenticated = 10", "handshake_timeout = infinity");
        List<TcpClient> silent = [];
        for (int i = 0; i < 30; i++)
            silent.Add(new TcpClient("127.0.0.1", broker.Port));

        await using var good = await BrokerInProcess.ConnectAsync(broker.Factory());

        Assert.That(good.IsOpen);
        await Eventually.Holds(() => silent.Count(IsCutOff) >= 20, () => $"only {silent.Count(IsCutOff)} were disconnected");
        Assert.That(silent.Count(IsCutOff), Is.LessThanOrEqualTo(21));
        await Eventually.Holds(
            () => broker.Log.Any(line => line.Contains("were cut off that had not logged in")),
            () => string.Join('\n', broker.Log));
        foreach (var client in silent)
            client.Dispose();
    }

    [Test]
    public async Task Who_has_logged_in_is_not_cut_off_by_those_who_have_not()
    {
        await using var broker = await BrokerInProcess.StartAsync("connection.max_unauthenticated = 2");
        using var good = await AmqpSocket.OpenAsync(broker.Port);
        for (int i = 0; i < 5; i++)
            using (await AmqpSocket.DialAsync(broker.Port))
            {
            }

        await good.SendAsync(1, new ChannelClose(200, "", 0, 0));

        await good.ExpectAsync<ChannelCloseOk>();
    }

    private static async Task FailAsync(BrokerInProcess broker, string user)
    {
        try
        {
            await broker.Factory(user, "wrong").CreateConnectionAsync();
            Assert.Fail("a wrong password was taken");
        }
        catch (BrokerUnreachableException)
        {
        }
    }

    private static bool IsCutOff(TcpClient client) => client.Client.Poll(0, SelectMode.SelectRead);
}
