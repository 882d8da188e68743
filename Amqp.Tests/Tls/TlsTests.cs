using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Configuration;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Tls;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    private static string[] VerifyPeer => ["ssl_options.verify = verify_peer"];

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task Messages_go_over_tls_and_back(SslProtocols version)
    {
        _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(_authority.Settings);
        await using var connection = await BrokerInProcess.ConnectAsync(Factory(broker, version));
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        string queue = (await channel.QueueDeclareAsync()).QueueName;
        byte[] body = Enumerable.Range(0, 3_000_000).Select(i => (byte)i).ToArray();

        for (int i = 0; i < 5; i++)
            await channel.BasicPublishAsync("", queue, false, body.AsMemory(i));

        for (int i = 0; i < 5; i++)
            Assert.That((await channel.BasicGetAsync(queue, true))!.Body.ToArray(), Is.EqualTo(body[i..]));
    }

    [Test]
    public async Task Many_deliveries_reach_a_slow_consumer_in_order()
    {
        const int Count = 20_000;
        _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(_authority.Settings);
        await using var connection = await BrokerInProcess.ConnectAsync(Factory(broker));
        await using var channel = await connection.CreateChannelAsync();
        string queue = (await channel.QueueDeclareAsync()).QueueName;
        var received = new List<int>();
        var all = new TaskCompletionSource();
        var consumer = new RabbitMQ.Client.Events.AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            received.Add(BitConverter.ToInt32(delivery.Body.Span));
            if (received.Count == Count)
                all.SetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);

        byte[] body = new byte[1_000];
        for (int i = 0; i < Count; i++)
        {
            BitConverter.TryWriteBytes(body, i);
            await channel.BasicPublishAsync("", queue, false, body.ToArray());
        }

        await all.Task.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.That(received, Is.EqualTo(Enumerable.Range(0, Count)));
    }

    [Test]
    public async Task Only_the_versions_that_are_named_are_spoken()
    {
        _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync([.. _authority.Settings, "ssl_options.versions.1 = tlsv1.3"]);

        Assert.That(() => Factory(broker, SslProtocols.Tls12).CreateConnectionAsync(), Throws.TypeOf<BrokerUnreachableException>());
        await using var connection = await BrokerInProcess.ConnectAsync(Factory(broker, SslProtocols.Tls13));
        Assert.That(connection.IsOpen);
    }

    [Test]
    public async Task A_key_may_be_encrypted()
    {
        _authority.IssueForServer("pass phrase");
        await using var broker = await BrokerInProcess.StartAsync([.. _authority.Settings, "ssl_options.password = 'pass phrase'"]);

        await using var connection = await BrokerInProcess.ConnectAsync(Factory(broker));

        Assert.That(connection.IsOpen);
    }

    [Test]
    public async Task A_new_certificate_is_used_without_a_restart_and_a_broken_one_is_not()
    {
        _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(_authority.Settings);
        string before = await ServerThumbprintAsync(broker);

        string after = _authority.IssueForServer().Thumbprint;
        await Eventually.Holds(async () => await ServerThumbprintAsync(broker) == after, () => "the new certificate was never used");
        Assert.That(after, Is.Not.EqualTo(before));

        await File.WriteAllTextAsync(_authority.ServerCertificateFile, "no certificate");
        await Eventually.Holds(
            async () => await ServerThumbprintAsync(broker) == after
                && broker.Log.Any(line => line.Contains("cannot be used", StringComparison.Ordinal)),
            () => "the broken certificate was never noticed");
    }

    [Test]
    public async Task Without_a_certificate_a_client_is_let_in_unless_one_is_demanded([Values] bool isDemanded)
    {
        _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(
            [.. _authority.Settings, .. VerifyPeer, $"ssl_options.fail_if_no_peer_cert = {(isDemanded ? "true" : "false")}"]);

        if (isDemanded)
        {
            Assert.That(() => Factory(broker).CreateConnectionAsync(), Throws.TypeOf<BrokerUnreachableException>());
            await Eventually.Holds(
                () => broker.Log.Any(line => line.EndsWith("client certificate refused: the client sent none", StringComparison.Ordinal)),
                () => string.Join('\n', broker.Log));
        }
        else
        {
            await using var connection = await BrokerInProcess.ConnectAsync(Factory(broker));
            Assert.That(connection.IsOpen);
        }
    }

    [Test]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        _authority.IssueForServer();
        using var other = new TestAuthority("CN=Other");
        await using var broker = await BrokerInProcess.StartAsync([.. _authority.Settings, .. VerifyPeer]);

        Assert.That(
            () => Factory(broker, certificate: other.Issue("CN=jo")).CreateConnectionAsync(),
            Throws.TypeOf<BrokerUnreachableException>());
        Assert.That(broker.Log, Has.Some.Contains("client certificate refused: CN=jo: "));
        await using var connection = await BrokerInProcess.ConnectAsync(Factory(broker, certificate: _authority.Issue("CN=jo")));
        Assert.That(connection.IsOpen);
    }

    [TestCase("distinguished_name", "CN=jo,OU=Test,O=Unit\\, Tests")]
    [TestCase("common_name", "jo")]
    [TestCase("subject_alternative_name", "jo.example.org")]
    public async Task External_takes_the_user_from_the_certificate(string loginFrom, string user)
    {
        _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync(
            [.. _authority.Settings, .. VerifyPeer, $"ssl_cert_login_from = {loginFrom}"]);
        broker.Broker.Users.Put(new User(user, PasswordHash.None, UserTags.None));
        broker.Broker.Permissions.Put(new Permission(user, "/", ".*", ".*", ".*"));
        var certificate = _authority.Issue("O=\"Unit, Tests\", OU=Test, CN=jo", request =>
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddEmailAddress("jo@example.org");
            names.AddDnsName("jo.example.org");
            request.CertificateExtensions.Add(names.Build());
        });
        var factory = Factory(broker, certificate: certificate);
        factory.AuthMechanisms = [new ExternalMechanismFactory()];

        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync();

        Assert.That(broker.Log, Has.Some.Contains($"user '{user}' opened"));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));
        using var connections = JsonDocument.Parse(await http.GetStringAsync($"http://127.0.0.1:{broker.ManagementPort}/api/connections"));
        var shown = connections.RootElement.EnumerateArray().Single();
        Assert.That(
            new[] { "auth_mechanism", "peer_cert_issuer", "peer_cert_subject", "user" }.Select(
                field => shown.GetProperty(field).GetString()),
            Is.EqualTo(new[] { "EXTERNAL", TestAuthority.Name, certificate.Subject, user }));
        Assert.That((shown.GetProperty("ssl").GetBoolean(), shown.GetProperty("port").GetInt32()), Is.EqualTo((true, broker.TlsPort)));
    }

    [Test]
    public async Task External_is_offered_only_where_certificates_are_checked()
    {
        _authority.IssueForServer();
        await using var without = await BrokerInProcess.StartAsync(_authority.Settings);
        await using var with = await BrokerInProcess.StartAsync([.. _authority.Settings, .. VerifyPeer]);

        Assert.That(await MechanismsAsync(without), Is.EqualTo("PLAIN AMQPLAIN"));
        Assert.That(await MechanismsAsync(with), Is.EqualTo("PLAIN AMQPLAIN EXTERNAL"));
    }

    [Test]
    public async Task External_without_a_certificate_is_refused_like_a_wrong_password()
    {
        _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync([.. _authority.Settings, .. VerifyPeer]);
        var factory = Factory(broker);
        factory.AuthMechanisms = [new ExternalMechanismFactory()];

        var error = await Assert.ThrowsAsync<BrokerUnreachableException>(() => factory.CreateConnectionAsync());

        Assert.That($"{error}", Does.Contain(
            "ACCESS_REFUSED - Login was refused using authentication mechanism EXTERNAL. For details see the broker logfile."));
        Assert.That(
            broker.Log,
            Has.One.EndsWith("login of '' with EXTERNAL refused: connection peer presented no TLS (x.509) certificate"));
    }

    [Test]
    public async Task A_client_that_speaks_no_tls_or_nothing_at_all_disturbs_nobody()
    {
        _authority.IssueForServer();
        await using var broker = await BrokerInProcess.StartAsync([.. _authority.Settings, "ssl_handshake_timeout = 300"]);
        using var plain = new TcpClient("127.0.0.1", broker.TlsPort);
        using var silent = new TcpClient("127.0.0.1", broker.TlsPort);
        await plain.GetStream().WriteAsync(ProtocolHeader.Amqp091.ToArray());

        await using var connection = await BrokerInProcess.ConnectAsync(Factory(broker));

        Assert.That(await ReadToEndAsync(plain), Is.True);
        Assert.That(await ReadToEndAsync(silent), Is.True);
        Assert.That(connection.IsOpen);
    }

    [Test]
    public void Without_its_files_the_broker_does_not_start()
    {
        Assert.That(
            () => BrokerInProcess.StartAsync(_authority.Settings),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains("server.pem"));
        Assert.That(
            () => BrokerInProcess.StartAsync("listeners.ssl.default = 0"),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains("ssl_options.certfile"));
    }

    public void Dispose() => _authority.Dispose();

    private static ConnectionFactory Factory(
        BrokerInProcess broker, SslProtocols version = SslProtocols.None, X509Certificate2? certificate = null)
    {
        var factory = broker.Factory();
        factory.Port = broker.TlsPort;
        factory.Ssl = new SslOption("localhost", enabled: true)
        {
            Version = version,
            // Accepts the test's authority, which this machine does not trust.
            AcceptablePolicyErrors = SslPolicyErrors.RemoteCertificateChainErrors,
            Certs = certificate is null ? null : [certificate],
        };
        return factory;
    }

    private static async Task<string> ServerThumbprintAsync(BrokerInProcess broker)
    {
        await using var stream = await DialAsync(broker);
        return ((X509Certificate2)stream.RemoteCertificate!).Thumbprint;
    }

    private static async Task<string> MechanismsAsync(BrokerInProcess broker)
    {
        await using var stream = await DialAsync(broker);
        await stream.WriteAsync(ProtocolHeader.Amqp091.ToArray());
        byte[] header = new byte[7];
        await stream.ReadExactlyAsync(header);
        byte[] payload = new byte[(header[3] << 24) | (header[4] << 16) | (header[5] << 8) | header[6]];
        await stream.ReadExactlyAsync(payload);
        return Encoding.ASCII.GetString(MethodArguments.Read<ConnectionStart>(payload.AsSpan(4)).Mechanisms);
    }

    private static async Task<SslStream> DialAsync(BrokerInProcess broker)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", broker.TlsPort);
        var stream = new SslStream(
            client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Issuer == TestAuthority.Name);
        await stream.AuthenticateAsClientAsync("localhost");
        return stream;
    }

    /// <summary>Reads until the broker ends the connection. Returns false if the connection has not ended after 30 seconds.</summary>
    private static async Task<bool> ReadToEndAsync(TcpClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        byte[] buffer = new byte[100];
        try
        {
            while (await client.GetStream().ReadAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
        }
        return true;
    }
}
