using System.Net;
using System.Security.Authentication;
using Amqp.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Amqp.Tests.Configuration;

/// <summary>Each setting changes the right property of <see cref="BrokerOptions"/>, and options have the right defaults.</summary>
public class BrokerOptionsTests
{
    private static IEnumerable<TestCaseData> Mappings()
    {
        yield return Case("frame_max = 65536", options => options.Connections.FrameMax, 65_536);
        yield return Case("frame_max = 0", options => options.Connections.FrameMax, 0);
        yield return Case("initial_frame_max = 8192", options => options.Connections.InitialFrameMax, 8_192);
        yield return Case("channel_max = 10", options => options.Connections.ChannelMax, (ushort)10);
        yield return Case("heartbeat = 0", options => options.Connections.Heartbeat, (ushort)0);
        yield return Case("handshake_timeout = 1500", options => options.Connections.HandshakeTimeout, TimeSpan.FromSeconds(1.5));
        yield return Case("handshake_timeout = infinity", options => options.Connections.HandshakeTimeout, Timeout.InfiniteTimeSpan);
        yield return Case("max_message_size = 16MiB", options => options.Limits.MaxMessageSize, 16L << 20);
        yield return Case("consumer_max_per_channel = 3", options => options.Limits.ConsumerMaxPerChannel, 3);
        yield return Case("consumer_max_per_channel = infinity", options => options.Limits.ConsumerMaxPerChannel, 0);
        yield return Case("cluster_queue_limit = 7", options => options.Limits.ClusterQueueLimit ?? 0, 7L);
        yield return Case("default_queue_type = quorum", options => options.VirtualHosts.DefaultQueueType ?? "", "quorum");
        yield return Case("connection_max = 5", options => options.Connections.MaxConnections, 5);
        yield return Case("max_connections = 5", options => options.Connections.MaxConnections, 5);
        yield return Case(
            "connection_max = 9\nranch_connection_max = 5\nmax_connections = infinity", options => options.Connections.MaxConnections, 5);
        yield return Case("channel_max = 9\nmax_channels_per_connection = 5", options => options.Connections.ChannelMax, (ushort)5);
        yield return Case("product.name = Shop", options => options.Identity.ProductName, "Shop");
        yield return Case("management.ssl.depth = 4", options => options.Management.Tls.Depth, 4);
        yield return Case("ssl_options.depth = 3", options => options.Management.Tls.Depth, 3);
        yield return Case(
            "management.listener.ssl_opts.versions.1 = tlsv1.3", options => options.Management.Tls.Versions, SslProtocols.Tls13);
        yield return Case("ssl_options.versions.1 = tlsv1.3", options => options.Statistics.MetricsTls.Versions, SslProtocols.Tls13);
        yield return Case("ssl_options.reuse_sessions = false", options => options.Tls.ResumesSessions, false);
        yield return Case(
            "management.cors.allow_origins = none\nmanagement.cors.allow_origins.1 = https://x",
            options => options.Management.Cors.Origins.Count,
            0);
        yield return Case("connection.outbox_high_watermark = 64k", options => options.Connections.OutboxHighWatermark, 65_536L);
        yield return Case("shutdown_timeout = 2000", options => options.Connections.ShutdownTimeout, TimeSpan.FromSeconds(2));
        yield return Case("default_user = u", options => options.Access.DefaultAccess.User, "u");
        yield return Case("default_pass = 'p#1'", options => options.Access.DefaultAccess.Password, "p#1");
        yield return Case("default_vhost = v", options => options.Access.DefaultAccess.VirtualHost, "v");
        yield return Case("cluster_name = c", options => options.Identity.ClusterName, "c");
        yield return Case("product_name = RabbitMQ", options => options.Identity.ProductName, "RabbitMQ");
        yield return Case("product_version = 3.13.7", options => options.Identity.ProductVersion, "3.13.7");
        yield return Case("data_dir = /var/lib/amqpbroker", options => options.DataDirectory, "/var/lib/amqpbroker");
        yield return Case("stop_when_stdin_closes = true", options => options.StopsWithStandardInput, true);
        yield return Case("tcp_listen_options.backlog = 128", options => options.Sockets.Backlog, 128);
        yield return Case("tcp_listen_options.nodelay = false", options => options.Sockets.NoDelay, false);
        yield return Case("tcp_listen_options.keepalive = true", options => options.Sockets.KeepAlive, true);
        yield return Case("tcp_listen_options.sndbuf = 65536", options => options.Sockets.SendBuffer, 65_536);
        yield return Case("tcp_listen_options.recbuf = 65536", options => options.Sockets.ReceiveBuffer, 65_536);
        yield return Case("log.level = error", options => options.Log.Effective, LogLevel.Error);
        yield return Case("log.level = error\nlog.console.level = debug", options => options.Log.Effective, LogLevel.Debug);
        yield return Case("log.console = false", options => options.Log.Effective, LogLevel.None);
        yield return Case("store.segment_size = 16MiB", options => options.Store.SegmentSize, 16 << 20);
        yield return Case("store.segment_size = 1MiB\nstore.block_size = 16MiB", options => options.Store.SegmentSize, 16 << 20);
        yield return Case("store.block_size = 64KiB", options => options.Store.BlockSize, 65_536);
        yield return Case("store.resident_memory = 1GiB", options => options.Store.ResidentBytes, 1L << 30);
        yield return Case("store.max_messages_in_memory = 1000", options => options.Store.MaxMessagesInMemory, 1_000L);
        yield return Case("store.max_unwritten = 8MiB", options => options.Store.MaxUnwrittenBytes, 8L << 20);
        yield return Case("store.sync_interval = 5", options => options.Store.SyncInterval, TimeSpan.FromMilliseconds(5));
        yield return Case("vm_memory_high_watermark.absolute = 10", options => options.Alarms.MemoryHighWatermark, 10L);
        yield return Case(
            "vm_memory_high_watermark.absolute = 1GiB\nvm_memory_high_watermark.relative = 0.1",
            options => options.Alarms.MemoryHighWatermark,
            1L << 30);
        yield return Case(
            "vm_memory_high_watermark.relative = 0.5\ntotal_memory_available_override_value = 1000",
            options => options.Alarms.MemoryHighWatermark,
            500L);
        yield return Case("vm_memory_high_watermark.absolute = 1000", options => options.Store.MaxTransientBytesInMemory, 500L);
        yield return Case(
            "vm_memory_high_watermark.absolute = 1000\nvm_memory_high_watermark_paging_ratio = 0.75",
            options => options.Store.MaxTransientBytesInMemory,
            750L);
        yield return Case("vm_memory_high_watermark_paging_ratio = 1.0", options => options.Store.MaxTransientBytesInMemory, long.MaxValue);
        yield return Case("vm_memory_high_watermark_paging_ratio = 1.5", options => options.Store.MaxTransientBytesInMemory, long.MaxValue);
        yield return Case("disk_free_limit.absolute = 2GB", options => options.Store.MinFreeDiskBytes, 2_000_000_000L);
        yield return Case(
            "disk_free_limit.relative = 0.5\ntotal_memory_available_override_value = 1000",
            options => options.Store.MinFreeDiskBytes,
            500L);
        yield return Case(
            "disk_free_limit.absolute = 700\ndisk_free_limit.relative = 0.5\ntotal_memory_available_override_value = 1000",
            options => options.Store.MinFreeDiskBytes,
            700L);
        yield return Case("heartbeat = 1", options => options.Store.MinFreeDiskBytes, 50_000_000L);
        yield return Case("vm_memory_high_watermark.absolute = 1000", options => options.Store.ResidentBytes, 250L);
        yield return Case(
            "vm_memory_high_watermark.absolute = 1000\nstore.resident_memory = 249", options => options.Store.ResidentBytes, 249L);
        yield return Case("vm_memory_high_watermark.absolute = 1000", options => options.Store.MaxUnwrittenBytes, 250L);
        yield return Case("vm_memory_high_watermark.absolute = 0", options => options.Store.MaxUnwrittenBytes, 1L);
        yield return Case("ssl_options.certfile = a\nssl_options.keyfile = k\nssl_options.password = p", Certificate, "a k p ");
        yield return Case(
            "ssl_options.certfile = a\nssl_options.keyfile = k\nssl_options.password = p\nmanagement.ssl.certfile = b",
            Certificate,
            "b   ");
        yield return Case("ssl_options.cacertfile = a\nmanagement.ssl.certfile = b\nmanagement.ssl.keyfile = k", Certificate, "b k  a");
        yield return Case("ssl_options.cacertfile = a\nmanagement.ssl.cacertfile = b", Certificate, "   b");
        yield return Case(
            "management.tcp.ip = 10.0.0.1\nmanagement.tcp.port = 1",
            options => options.Management.Listeners.Single(),
            IPEndPoint.Parse("10.0.0.1:1"));
        yield return Case("listeners.tcp = none", options => options.Listeners.Count, 0);
        yield return Case(
            "management.connection_max = 9\nmanagement.tcp.max_connections = 5\nmanagement.ssl.max_connections = 7",
            options => options.Management.MaxConnections,
            5);
        yield return Case("management.ssl.max_connections = 5000", options => options.Management.MaxConnections, 5_000);
        yield return Case(
            "management.connection_max = infinity\nmanagement.tcp.max_connections = 5", options => options.Management.MaxConnections, 5);
        yield return Case("management.connection_max = infinity", options => options.Management.MaxConnections, 0);
        yield return Case("channel_max = 0\nmax_channels_per_connection = 5", options => options.Connections.ChannelMax, (ushort)5);
        yield return Case(
            "management.ssl.versions.1 = tlsv1.3\nssl_options.versions.1 = tlsv1.2",
            options => options.Management.Tls.Versions,
            SslProtocols.Tls13);
        yield return Case("ssl_options.depth = 3\nmanagement.ssl.depth = 0", options => options.Management.Tls.Depth, 0);
    }

    [TestCaseSource(nameof(Mappings))]
    public void A_setting_ends_up_in_its_option(string text, Func<BrokerOptions, object> option, object expected)
    {
        BrokerConfiguration configuration = ConfigurationOf.File(text);

        Assert.That(configuration.Errors, Is.Empty);
        Assert.That(option(configuration.Options), Is.EqualTo(expected));
    }

    [Test]
    public void The_defaults_of_the_table_are_those_of_the_options()
    {
        string file = string.Join('\n', SettingTable.Effective
            .Where(setting => setting.Default.Length > 0 && !setting.Key.HasWildcard && setting.Key.ToString() != "bind")
            .Select(setting => $"{setting.Key} = {setting.Default}"));
        BrokerOptions written = ConfigurationOf.File(file).Options;
        BrokerOptions plain = new();

        Assert.That(written, Is.EqualTo(plain).UsingPropertiesComparer());
    }

    [Test]
    public void Every_effective_default_is_a_valid_value() =>
        Assert.That(
            SettingTable.Effective.Where(setting => setting.Default.Length > 0 && setting.Read(setting.Default) is null)
                .Select(setting => setting.Key.ToString()),
            Is.Empty);

    [TestCase("loopback_users = none", "")]
    [TestCase("loopback_users.guest = false", "")]
    [TestCase("loopback_users.jo = true", "guest,jo")]
    [TestCase("loopback_users = none\nloopback_users.jo = true", "")]
    public void Loopback_users_are_guest_and_whoever_is_added(string text, string users) =>
        Assert.That(string.Join(',', ConfigurationOf.File(text).Options.Access.LoopbackUsers), Is.EqualTo(users));

    [Test]
    public void The_version_is_three_numbers() =>
        Assert.That(new BrokerOptions().Identity.ProductVersion, Does.Match(@"^\d+\.\d+\.\d+$"));

    [Test]
    public void Publishers_are_blocked_at_six_tenths_of_the_memory_there_is() =>
        Assert.That(
            new BrokerOptions().Alarms.MemoryHighWatermark,
            Is.EqualTo(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 0.6).Within(1));

    /// <summary>Returns one line with the paths of the HTTP API's TLS files and the password of the key.</summary>
    private static object Certificate(BrokerOptions options) =>
        $"{options.Management.Tls.CertificateFile} {options.Management.Tls.KeyFile} "
            + $"{options.Management.Tls.KeyPassword} {options.Management.Tls.AuthoritiesFile}";

    private static TestCaseData Case(string text, Func<BrokerOptions, object> option, object expected) =>
        new TestCaseData(text, option, expected).SetArgDisplayNames(text.Replace("\n", "; "));
}
