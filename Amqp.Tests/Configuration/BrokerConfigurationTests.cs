using System.Net;
using Amqp.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Amqp.Tests.Configuration;

/// <summary>
/// Settings come from a file, the environment and the command line. The right source takes precedence. Invalid settings cause clear errors.
/// </summary>
public class BrokerConfigurationTests
{
    [Test]
    public void Without_any_setting_there_is_nothing_to_report()
    {
        BrokerConfiguration configuration = ConfigurationOf.Nothing();

        Assert.That(
            configuration.Errors.Concat(configuration.Warnings).Concat(configuration.Changes.Select(change => change.Key)),
            Is.Empty);
    }

    [Test]
    public void The_environment_outweighs_the_file() =>
        Assert.That(ConfigurationOf.File("heartbeat = 1", ("AMQPBROKER_HEARTBEAT", "2")).Options.Connections.Heartbeat, Is.EqualTo(2));

    [Test]
    public void The_command_line_outweighs_the_environment() =>
        Assert.That(
            BrokerConfiguration.Load(
                null, [Option("data_dir", "b")], new Dictionary<string, string> { ["AMQPBROKER_DATA_DIR"] = "a" }).Options.DataDirectory,
            Is.EqualTo("b"));

    [Test]
    public void The_last_of_two_lines_for_one_setting_holds() =>
        Assert.That(ConfigurationOf.File("heartbeat = 1\nheartbeat = 2").Options.Connections.Heartbeat, Is.EqualTo(2));

    [Test]
    public void Our_variable_outweighs_that_of_the_RabbitMQ_image() =>
        Assert.That(
            ConfigurationOf.Environment(
                ("AMQPBROKER_DEFAULT_USER", "ours"), ("RABBITMQ_DEFAULT_USER", "theirs")).Options.Access.DefaultAccess.User,
            Is.EqualTo("ours"));

    [Test]
    public void The_variables_of_the_RabbitMQ_image_set_user_password_and_virtual_host()
    {
        BrokerOptions options = ConfigurationOf.Environment(
            ("RABBITMQ_DEFAULT_USER", "u"), ("RABBITMQ_DEFAULT_PASS", "p"), ("RABBITMQ_DEFAULT_VHOST", "v")).Options;

        Assert.That(
            (options.Access.DefaultAccess.User, options.Access.DefaultAccess.Password, options.Access.DefaultAccess.VirtualHost),
            Is.EqualTo(("u", "p", "v")));
    }

    [Test]
    public void Of_two_names_of_one_option_the_one_of_the_stronger_source_holds() =>
        Assert.That(
            ConfigurationOf.File(
                "product_name = file\nproduct.name = file's other",
                ("AMQPBROKER_PRODUCT_NAME", "environment")).Options.Identity.ProductName,
            Is.EqualTo("environment"));

    [TestCase("OTEL_EXPORTER_OTLP_ENDPOINT=http://a:1", "http://a:1/ False  60")]
    [TestCase(
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://a:1 OTEL_EXPORTER_OTLP_PROTOCOL=grpc "
            + "OTEL_EXPORTER_OTLP_HEADERS=k=v OTEL_METRIC_EXPORT_INTERVAL=7000",
        "http://a:1/ True k=v 7")]
    [TestCase("OTEL_EXPORTER_OTLP_ENDPOINT=http://a:1 AMQPBROKER_OPENTELEMETRY_ENDPOINT=http://b:2", "http://b:2/ False  60")]
    public void The_variables_of_OpenTelemetry_say_what_ours_do_not(string variables, string expected)
    {
        TelemetryOptions options = ConfigurationOf.Environment(
            [.. variables.Split(' ').Select(variable => variable.Split('=', 2)).Select(parts => (parts[0], parts[1]))]).Options.Telemetry;

        Assert.That($"{options.Endpoint} {options.IsGrpc} {options.Headers} {options.Interval.TotalSeconds}", Is.EqualTo(expected));
    }

    [Test]
    public void A_wildcard_in_a_variable_stands_for_a_name_in_lower_case() =>
        Assert.That(ConfigurationOf.Environment(("AMQPBROKER_LOOPBACK_USERS_GUEST", "false")).Options.Access.LoopbackUsers, Is.Empty);

    [Test]
    public void A_variable_prefers_a_plain_key_to_a_wildcard() =>
        Assert.That(
            ConfigurationOf.Environment(("AMQPBROKER_LOG_FILE_LEVEL", "info")).Warnings,
            Is.EqualTo(new[]
            {
                "AMQPBROKER_LOG_FILE_LEVEL: log.file.level has no effect: log lines are written to "
                    + "standard output, so that systemd or the container runtime can store them"
            }));

    [Test]
    public void Variables_that_tell_commands_which_broker_is_meant_are_no_settings() =>
        Assert.That(
            ConfigurationOf.Environment(
                ("AMQPBROKER_URL", "http://x"), ("AMQPBROKER_USER", "u"), ("AMQPBROKER_PASSWORD", "p"), ("AMQPBROKER_VHOST", "v"),
                ("AMQPBROKER_PROFILE", "p")).Errors,
            Is.Empty);

    [TestCase("AMQPBROKER_CONFIG_FILE")]
    [TestCase("RABBITMQ_CONFIG_FILE")]
    public void A_variable_names_the_file(string variable)
    {
        using var file = new TemporaryFile("heartbeat = 7");

        Assert.That(ConfigurationOf.Environment((variable, file.Path)).Options.Connections.Heartbeat, Is.EqualTo(7));
    }

    [Test]
    public void RabbitMQs_variable_for_the_file_may_leave_out_the_extension()
    {
        using var file = new TemporaryFile("heartbeat = 7");

        Assert.That(
            ConfigurationOf.Environment(("RABBITMQ_CONFIG_FILE", file.Path[..^".conf".Length])).Options.Connections.Heartbeat,
            Is.EqualTo(7));
    }

    [Test]
    public void Files_of_conf_d_beside_rabbitmq_conf_are_read_behind_it_in_the_order_of_their_names()
    {
        using var folder = new TemporaryFolder();
        string main = folder.Write("rabbitmq.conf", "heartbeat = 1\nframe_max = 8192");
        folder.Write("conf.d/20-b.conf", "heartbeat = 3\nnonsense");
        string first = folder.Write("conf.d/10-a.conf", "heartbeat = 2\nchannel_max = 5\nheartbaet = 1");
        folder.Write("conf.d/30-c.txt", "heartbeat = 4");

        var configuration = BrokerConfiguration.Load(main, [], new Dictionary<string, string>());

        Assert.That(
            (
                configuration.Options.Connections.Heartbeat,
                configuration.Options.Connections.ChannelMax,
                configuration.Options.Connections.FrameMax),
            Is.EqualTo(((ushort)3, (ushort)5, 8_192)));
        Assert.That(configuration.Errors, Has.Count.EqualTo(2));
        Assert.That(configuration.Errors[0], Does.StartWith($"{first}:3: unknown setting"));
    }

    [TestCase("more")]
    [TestCase("more/*.conf")]
    [TestCase("more/1?.conf")]
    public void A_variable_of_RabbitMQ_names_further_files_by_their_folder_or_by_a_pattern(string value)
    {
        using var folder = new TemporaryFolder();
        folder.Write("more/10.conf", "heartbeat = 7");

        Assert.That(
            ConfigurationOf.Environment(("RABBITMQ_CONFIG_FILES", Path.Combine(folder.Path, value))).Options.Connections.Heartbeat,
            Is.EqualTo(7));
    }

    [Test]
    public void A_folder_may_be_named_in_place_of_a_file()
    {
        using var folder = new TemporaryFolder();
        folder.Write("b.conf", "heartbeat = 2");
        folder.Write("a.conf", "heartbeat = 1");

        Assert.That(
            BrokerConfiguration.Load(folder.Path, [], new Dictionary<string, string>()).Options.Connections.Heartbeat,
            Is.EqualTo(2));
    }

    [Test]
    public void What_lies_beside_the_file_and_is_not_read_is_named_in_one_line()
    {
        using var folder = new TemporaryFolder();
        string main = folder.Write("rabbitmq.conf", "heartbeat = 1");
        string[] others = [.. new[] { "advanced.config", "enabled_plugins", "rabbitmq-env.conf" }.Select(name => folder.Write(name, ""))];

        Assert.That(
            BrokerConfiguration.Load(main, [], new Dictionary<string, string>()).Warnings,
            Is.EqualTo(new[] { $"{string.Join(", ", others)}: not read; only files in the format of rabbitmq.conf are" }));
    }

    [TestCase("RABBITMQ_NODE_PORT=1", "127.0.0.1:1")]
    [TestCase("RABBITMQ_NODE_IP_ADDRESS=10.0.0.1", "10.0.0.1:5672")]
    [TestCase("RABBITMQ_NODE_IP_ADDRESS=fe80::1 RABBITMQ_NODE_PORT=1", "[fe80::1]:1")]
    [TestCase("RABBITMQ_NODE_IP_ADDRESS=auto RABBITMQ_NODE_PORT=1", "127.0.0.1:1")]
    public void Port_and_address_of_RabbitMQ_are_those_of_the_AMQP_listener(string variables, string expected)
    {
        (string, string)[] environment =
            [.. variables.Split(' ').Select(variable => variable.Split('=')).Select(parts => (parts[0], parts[1]))];

        Assert.That(
            ConfigurationOf.File("bind = 127.0.0.1", environment).Options.Listeners.Single(),
            Is.EqualTo(IPEndPoint.Parse(expected)));
    }

    [Test]
    public void Listeners_of_a_file_outweigh_port_and_address_of_RabbitMQ()
    {
        var configuration = ConfigurationOf.File("bind = 127.0.0.1\nlisteners.tcp.1 = 2", ("RABBITMQ_NODE_PORT", "1"));

        Assert.That(configuration.Options.Listeners.Single().Port, Is.EqualTo(2));
        Assert.That(configuration.Warnings.Single(), Does.StartWith("RABBITMQ_NODE_PORT: this variable has no effect: "));
    }

    [Test]
    public void Levels_of_RabbitMQs_variable_are_levels_of_the_log()
    {
        LogOptions log = ConfigurationOf.Environment(("RABBITMQ_LOG", "error,connection=debug,+color,+json")).Options.Log;

        Assert.That((log.Level, log.CategoryLevels["connection"], log.IsJson), Is.EqualTo((LogLevel.Error, LogLevel.Debug, true)));
    }

    [TestCase("RABBITMQ_SSL_CERTFILE", "ssl_options.certfile")]
    [TestCase("RABBITMQ_VM_MEMORY_HIGH_WATERMARK", "vm_memory_high_watermark.relative")]
    public void Variables_with_which_RabbitMQs_image_does_not_start_any_more_are_errors(string variable, string key) =>
        Assert.That(
            ConfigurationOf.Environment((variable, "x")).Errors.Single(),
            Is.EqualTo($"{variable}: this variable is not supported, as in RabbitMQ's image since 3.9; set {key} in a configuration file"));

    [Test]
    public void The_file_of_the_command_line_is_read_instead_of_that_of_the_environment()
    {
        using var file = new TemporaryFile("heartbeat = 7");

        Assert.That(
            BrokerConfiguration.Load(file.Path, [], new Dictionary<string, string> { ["AMQPBROKER_CONFIG_FILE"] = "nowhere" }).Errors,
            Is.Empty);
    }

    [Test]
    public void A_file_that_cannot_be_read_is_an_error() =>
        Assert.That(
            BrokerConfiguration.Load("nowhere.conf", [], new Dictionary<string, string>()).Errors.Single(),
            Does.StartWith("nowhere.conf: cannot read the configuration file: "));

    [Test]
    public void All_errors_are_reported_at_once_in_the_order_of_the_lines()
    {
        using var file = new TemporaryFile("heartbaet = 1\nnonsense\nframe_max = 10\nhearbeat.x = 2");

        Assert.That(BrokerConfiguration.Load(file.Path, [], new Dictionary<string, string>()).Errors, Is.EqualTo(new[]
        {
            $"{file.Path}:1: unknown setting 'heartbaet'; did you mean 'heartbeat'?",
            $"{file.Path}:2: expected 'key = value', the key in letters, digits, '_', '-' and '.'",
            $"{file.Path}:3: frame_max: '10' will not do; expected a whole number from 4096 to "
                + "536870912, or with a unit KB, MB or GB of 1024, or 0",
            $"{file.Path}:4: unknown setting 'hearbeat.x'",
        }));
    }

    [Test]
    public void A_slip_beside_a_wildcard_is_found() =>
        Assert.That(ConfigurationOf.Line("listeners.tpc.amqp = 5672").Errors.Single(), Does.EndWith("did you mean 'listeners.tcp.amqp'?"));

    [Test]
    public void A_variable_with_our_prefix_must_name_a_setting() =>
        Assert.That(
            ConfigurationOf.Environment(("AMQPBROKER_FRAMEMAX", "8192")).Errors,
            Is.EqualTo(new[] { "AMQPBROKER_FRAMEMAX: no such setting; did you mean 'AMQPBROKER_FRAME_MAX'?" }));

    [Test]
    public void Variables_of_others_are_left_alone() =>
        Assert.That(ConfigurationOf.Environment(("RABBITMQ_NODENAME", "rabbit@a"), ("PATH", "/bin")).Errors, Is.Empty);

    [Test]
    public void A_bad_value_is_an_error_even_where_a_stronger_source_outweighs_it() =>
        Assert.That(ConfigurationOf.File("heartbeat = x", ("AMQPBROKER_HEARTBEAT", "2")).Errors, Has.Count.EqualTo(1));

    [Test]
    public void A_wrong_password_setting_does_not_show_the_value()
    {
        BrokerConfiguration configuration = ConfigurationOf.Environment(("AMQPBROKER_DEFAULT_PASS", "secret"));

        Assert.That(configuration.Changes.Single().Value, Is.EqualTo("********"));
    }

    [Test]
    public void What_RabbitMQ_has_and_we_have_not_is_a_warning() =>
        Assert.That(
            ConfigurationOf.Line("net_ticktime = 60").Warnings.Single(),
            Does.EndWith(": net_ticktime has no effect: the settings cluster.* configure a cluster of this broker, see docs/cluster.md"));

    [Test]
    public void What_RabbitMQ_has_and_we_have_not_is_still_checked() =>
        Assert.That(ConfigurationOf.Line("net_ticktime = soon").Errors.Single(), Does.Contain("net_ticktime: 'soon' will not do"));

    [TestCase("max_message_size = 128MiB")]
    [TestCase("heartbeat = 60")]
    [TestCase("connection_max = infinity")]
    public void A_setting_at_its_default_is_no_change(string line) =>
        Assert.That(ConfigurationOf.Line(line).Changes, Is.Empty);

    private static Assignment Option(string key, string value) =>
        Assignment.Of(key, value, new SettingSource("--option", SettingSource.CommandLine));

    [Test]
    public void An_empty_variable_of_RabbitMQ_counts_as_none()
    {
        var configuration = ConfigurationOf.File(
            "bind = 127.0.0.1", ("RABBITMQ_DEFAULT_USER", ""), ("RABBITMQ_NODE_PORT", ""), ("RABBITMQ_NODE_IP_ADDRESS", ""),
            ("RABBITMQ_NODENAME", ""), ("RABBITMQ_SSL_DEPTH", ""));

        Assert.That(configuration.Errors.Concat(configuration.Warnings), Is.Empty);
        Assert.That(
            (configuration.Options.Access.DefaultAccess.User, configuration.Options.Listeners.Single()),
            Is.EqualTo(("guest", IPEndPoint.Parse("127.0.0.1:5672"))));
    }

    [Test]
    public void The_image_may_name_the_product()
    {
        BrokerOptions options = ConfigurationOf.Environment(
            ("RABBITMQ_PRODUCT_NAME", "Shop"), ("RABBITMQ_PRODUCT_VERSION", "7.8.9")).Options;

        Assert.That((options.Identity.ProductName, options.Identity.ProductVersion), Is.EqualTo(("Shop", "7.8.9")));
    }

    [TestCase("+json", true, LogLevel.Information)]
    [TestCase("+json,-json", false, LogLevel.Information)]
    [TestCase("+color", false, LogLevel.Information)]
    [TestCase("debug, -json", false, LogLevel.Debug)]
    public void What_RabbitMQs_variable_says_of_the_form_of_lines_is_none_of_their_level(string value, bool isJson, LogLevel level)
    {
        var configuration = ConfigurationOf.Environment(("RABBITMQ_LOG", value));

        Assert.That(configuration.Errors.Concat(configuration.Warnings), Is.Empty);
        Assert.That((configuration.Options.Log.IsJson, configuration.Options.Log.Level), Is.EqualTo((isJson, level)));
    }

    [Test]
    public void A_log_that_shall_go_to_a_file_is_told_that_it_does_not() =>
        Assert.That(
            ConfigurationOf.Environment(("RABBITMQ_LOGS", "/var/log/x")).Warnings.Single(),
            Does.StartWith("RABBITMQ_LOGS: this variable has no effect: "));

    [Test]
    public void Listeners_with_TLS_of_a_file_leave_RabbitMQs_port_as_it_is()
    {
        BrokerOptions options = ConfigurationOf.File("bind = 127.0.0.1\nlisteners.ssl.1 = 2", ("RABBITMQ_NODE_PORT", "1")).Options;

        Assert.That((options.Listeners.Single().Port, options.Tls.Listeners.Single().Port), Is.EqualTo((1, 2)));
    }

    [Test]
    public void A_variable_of_ours_outweighs_RabbitMQs_port() =>
        Assert.That(
            ConfigurationOf.Environment(("RABBITMQ_NODE_PORT", "1"), ("AMQPBROKER_LISTENERS_TCP_DEFAULT", "2"))
                .Options.Listeners.Select(endPoint => endPoint.Port)
                .Distinct(),
            Is.EqualTo(new[] { 2 }));

    [Test]
    public void Our_variable_for_the_file_outweighs_RabbitMQs_and_a_file_of_the_very_name_one_with_the_extension()
    {
        using var folder = new TemporaryFolder();
        string plain = folder.Write("broker", "heartbeat = 1");
        folder.Write("broker.conf", "heartbeat = 2");
        string ours = folder.Write("ours", "heartbeat = 3");

        Assert.That(ConfigurationOf.Environment(("RABBITMQ_CONFIG_FILE", plain)).Options.Connections.Heartbeat, Is.EqualTo(1));
        Assert.That(
            ConfigurationOf.Environment(("RABBITMQ_CONFIG_FILE", plain), ("AMQPBROKER_CONFIG_FILE", ours)).Options.Connections.Heartbeat,
            Is.EqualTo(3));
    }

    [TestCase("rabbitmq.conf", null, 2)]
    [TestCase("broker.conf", null, 1)]
    [TestCase("rabbitmq.conf", "more", 3)]
    [TestCase("broker.conf", "more", 3)]
    [TestCase("rabbitmq.conf", "", 1)]
    [TestCase("rabbitmq.conf", "nowhere", 1)]
    public void The_folder_conf_d_belongs_to_rabbitmq_conf_unless_another_is_named(string name, string? further, int heartbeat)
    {
        using var folder = new TemporaryFolder();
        string main = folder.Write(name, "heartbeat = 1");
        folder.Write("conf.d/1.conf", "heartbeat = 2");
        folder.Write("more/1.conf", "heartbeat = 3");
        var variables = new Dictionary<string, string>();
        if (further is not null)
            variables["RABBITMQ_CONFIG_FILES"] = further.Length == 0 ? "" : Path.Combine(folder.Path, further);

        Assert.That(BrokerConfiguration.Load(main, [], variables).Options.Connections.Heartbeat, Is.EqualTo(heartbeat));
    }

    [Test]
    public void A_slip_in_the_variable_for_the_file_is_found() =>
        Assert.That(
            ConfigurationOf.Environment(("AMQPBROKER_CONFIGFILE", "x")).Errors,
            Is.EqualTo(new[] { "AMQPBROKER_CONFIGFILE: no such setting; did you mean 'AMQPBROKER_CONFIG_FILE'?" }));

    [Test]
    public void What_is_told_comes_in_the_order_of_files_lines_and_sources()
    {
        using var folder = new TemporaryFolder();
        string main = folder.Write("rabbitmq.conf", "\nx.of.mine = 1\nheartbeat = x"),
            more = folder.Write("conf.d/1.conf", "x.of.mine = 1");
        var errors = BrokerConfiguration.Load(
            main, [Assignment.Of("x.of.mine", "1", new SettingSource("--x", SettingSource.CommandLine))], new Dictionary<string, string>
            {
                ["AMQPBROKER_X_OF_MINE"] = "1",
                ["RABBITMQ_SSL_DEPTH"] = "1",
            }).Errors;

        Assert.That(
            errors.Select(error => error[..error.IndexOf(": ", StringComparison.Ordinal)]),
            Is.EqualTo(new[] { $"{main}:2", $"{main}:3", $"{more}:1", "RABBITMQ_SSL_DEPTH", "AMQPBROKER_X_OF_MINE", "--x" }));
    }

    [Test]
    public void A_change_is_what_holds_in_the_end_with_the_source_that_says_so()
    {
        var configuration = ConfigurationOf.File(
            "heartbeat = 30\nframe_max = 8192\nloopback_users.a = true\nloopback_users.b = true",
            ("AMQPBROKER_HEARTBEAT", "60"),
            ("AMQPBROKER_FRAME_MAX", "9000"),
            ("AMQPBROKER_OPENTELEMETRY_HEADERS", "secret"));

        Assert.That(configuration.Changes.Select(change => $"{change.Key} = {change.Value}").Order(StringComparer.Ordinal), Is.EqualTo(
            new[] { "frame_max = 9000", "loopback_users.a = true", "loopback_users.b = true", "opentelemetry.headers = ********" }));
        Assert.That(configuration.Changes.Single(change => change.Key == "frame_max").Source, Is.EqualTo("AMQPBROKER_FRAME_MAX"));
    }
}
