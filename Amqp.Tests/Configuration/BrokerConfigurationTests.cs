using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>How file, environment and command line come together, and what is said of mistakes.</summary>
public class BrokerConfigurationTests
{
    [Test]
    public void Without_any_setting_there_is_nothing_to_report()
    {
        BrokerConfiguration configuration = ConfigurationOf.Nothing();

        Assert.That(configuration.Errors.Concat(configuration.Warnings).Concat(configuration.Changes.Select(change => change.Key)), Is.Empty);
    }

    [Test]
    public void The_environment_outweighs_the_file() =>
        Assert.That(ConfigurationOf.File("heartbeat = 1", ("AMQPBROKER_HEARTBEAT", "2")).Options.Heartbeat, Is.EqualTo(2));

    [Test]
    public void The_command_line_outweighs_the_environment() =>
        Assert.That(
            BrokerConfiguration.Load(null, [Option("data_dir", "b")], new Dictionary<string, string> { ["AMQPBROKER_DATA_DIR"] = "a" }).Options.DataDirectory,
            Is.EqualTo("b"));

    [Test]
    public void The_last_of_two_lines_for_one_setting_holds() =>
        Assert.That(ConfigurationOf.File("heartbeat = 1\nheartbeat = 2").Options.Heartbeat, Is.EqualTo(2));

    [Test]
    public void Our_variable_outweighs_that_of_the_RabbitMQ_image() =>
        Assert.That(
            ConfigurationOf.Environment(("AMQPBROKER_DEFAULT_USER", "ours"), ("RABBITMQ_DEFAULT_USER", "theirs")).Options.DefaultAccess.User,
            Is.EqualTo("ours"));

    [Test]
    public void The_variables_of_the_RabbitMQ_image_set_user_password_and_virtual_host()
    {
        BrokerOptions options = ConfigurationOf.Environment(
            ("RABBITMQ_DEFAULT_USER", "u"), ("RABBITMQ_DEFAULT_PASS", "p"), ("RABBITMQ_DEFAULT_VHOST", "v")).Options;

        Assert.That((options.DefaultAccess.User, options.DefaultAccess.Password, options.DefaultAccess.VirtualHost), Is.EqualTo(("u", "p", "v")));
    }

    [Test]
    public void A_wildcard_in_a_variable_stands_for_a_name_in_lower_case() =>
        Assert.That(ConfigurationOf.Environment(("AMQPBROKER_LOOPBACK_USERS_GUEST", "false")).Options.LoopbackUsers, Is.Empty);

    [Test]
    public void A_variable_prefers_a_plain_key_to_a_wildcard() =>
        Assert.That(
            ConfigurationOf.Environment(("AMQPBROKER_LOG_FILE_LEVEL", "info")).Warnings,
            Is.EqualTo(new[] { "AMQPBROKER_LOG_FILE_LEVEL: log.file.level has no effect: the log goes to standard output, for systemd or the container's runtime to keep" }));

    [Test]
    public void Variables_that_tell_commands_which_broker_is_meant_are_no_settings() =>
        Assert.That(ConfigurationOf.Environment(("AMQPBROKER_URL", "http://x"), ("AMQPBROKER_USER", "u"), ("AMQPBROKER_PASSWORD", "p"), ("AMQPBROKER_VHOST", "v"), ("AMQPBROKER_PROFILE", "p")).Errors, Is.Empty);

    [TestCase("AMQPBROKER_CONFIG_FILE")]
    [TestCase("RABBITMQ_CONFIG_FILE")]
    public void A_variable_names_the_file(string variable)
    {
        using var file = new TemporaryFile("heartbeat = 7");

        Assert.That(ConfigurationOf.Environment((variable, file.Path)).Options.Heartbeat, Is.EqualTo(7));
    }

    [Test]
    public void RabbitMQs_variable_for_the_file_may_leave_out_the_extension()
    {
        using var file = new TemporaryFile("heartbeat = 7");

        Assert.That(ConfigurationOf.Environment(("RABBITMQ_CONFIG_FILE", file.Path[..^".conf".Length])).Options.Heartbeat, Is.EqualTo(7));
    }

    [Test]
    public void The_file_of_the_command_line_is_read_instead_of_that_of_the_environment()
    {
        using var file = new TemporaryFile("heartbeat = 7");

        Assert.That(BrokerConfiguration.Load(file.Path, [], new Dictionary<string, string> { ["AMQPBROKER_CONFIG_FILE"] = "nowhere" }).Errors, Is.Empty);
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
            $"{file.Path}:3: frame_max: '10' will not do; expected a whole number from 4096 to 536870912, or with a unit KB, MB or GB of 1024, or 0",
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
        Assert.That(ConfigurationOf.Line("net_ticktime = 60").Warnings.Single(), Does.EndWith(": net_ticktime has no effect: a broker is one node, without a cluster or replicas"));

    [Test]
    public void What_RabbitMQ_has_and_we_have_not_is_still_checked() =>
        Assert.That(ConfigurationOf.Line("net_ticktime = soon").Errors.Single(), Does.Contain("net_ticktime: 'soon' will not do"));

    [TestCase("max_message_size = 128MiB")]
    [TestCase("heartbeat = 60")]
    [TestCase("connection_max = infinity")]
    public void A_setting_at_its_default_is_no_change(string line) =>
        Assert.That(ConfigurationOf.Line(line).Changes, Is.Empty);

    private static Assignment Option(string key, string value) => Assignment.Of(key, value, new SettingSource("--option", SettingSource.CommandLine));
}
