using System.Text;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Fuzz.Targets;

/// <summary>
/// Reads arbitrary bytes as a configuration file. The broker accepts the file, or refuses it with an error that names the mistake.
/// </summary>
internal sealed class ConfigurationTarget : FuzzTarget
{
    private readonly string _directory = FastFolder.Create();

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return [];
            yield return Text(
                "listeners.tcp.default = 5672\nlisteners.ssl.1 = 127.0.0.1:5671\n"
                    + "vm_memory_high_watermark.relative = 0.6\ndisk_free_limit.absolute = 2GB\n");
            yield return Text(
                "# comment\ndefault_user = a\ndefault_pass = 'p # q'\ndefault_permissions.configure = "
                    + ".*\ndefault_user_tags.administrator = true\nloopback_users.guest = false\n");
            yield return Text(
                "ssl_options.verify = verify_peer\nssl_options.fail_if_no_peer_cert = true\nauth_mechanisms.1 = PLAIN\n"
                    + "proxy_protocol = true\nmanagement.tcp.port = 15672\nmanagement.cors.allow_origins.1 = http://a\n");
            yield return Text(
                "log.console.level = debug\nlog.file = false\nheartbeat = 60\nchannel_max = 128\n"
                    + "frame_max = 131072\nmax_message_size = 134217728\nconsumer_timeout = 1800000\n");
            yield return Text(
                "a\\.b.c = $(HOME)\nx == y\n = z\ndefault_limits.vhosts.1.pattern = ^a\n"
                    + "default_limits.vhosts.1.max_connections = 10\nload_definitions = /nowhere\n");
        }
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        string path = Path.Combine(_directory, "broker.conf");
        File.WriteAllBytes(path, input.ToArray());
        var configuration = BrokerConfiguration.Load(path, [], new Dictionary<string, string>());
        _ = string.Concat(configuration.Errors) + string.Concat(configuration.Warnings);
        if (configuration.Errors.Count == 0)
            _ = configuration.Changes.ToList();
    }

    protected override void Close() => Directory.Delete(_directory, recursive: true);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
