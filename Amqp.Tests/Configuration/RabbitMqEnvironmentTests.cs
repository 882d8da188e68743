using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>The broker reads the environment variables of RabbitMQ and of its container image.</summary>
public sealed class RabbitMqEnvironmentTests
{
    [TestCase("RABBITMQ_NODENAME", "rabbit@a", "the settings nodename and cluster.* configure a node")]
    [TestCase("RABBITMQ_ERLANG_COOKIE", "secret", "there is no cookie")]
    [TestCase("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-rabbit x y", "there is no Erlang in this broker")]
    [TestCase("RABBITMQ_ENABLED_PLUGINS_FILE", "/x", "rabbitmq-plugins list shows those that are built in")]
    [TestCase("RABBITMQ_PID_FILE", "/x", "the process id is in the file 'lock'")]
    [TestCase("RABBITMQ_LOGS", "/var/log/x", "this broker logs to standard output")]
    [TestCase("RABBITMQ_ADVANCED_CONFIG_FILE", "/x", "Erlang's format is not read")]
    public void A_variable_without_effect_causes_a_warning_with_the_reason(string variable, string value, string reason)
    {
        var configuration = ConfigurationOf.Environment((variable, value));

        Assert.That(configuration.Errors, Is.Empty);
        Assert.That(configuration.Warnings.Single(), Does.StartWith($"{variable}: this variable has no effect: ").And.Contain(reason));
    }

    [Test]
    public void Variables_that_RabbitMQ_does_not_know_are_named_in_one_warning() =>
        Assert.That(
            ConfigurationOf.Environment(("RABBITMQ_SERVICE_HOST", "10.0.0.1"), ("RABBITMQ_MINE", "x"), ("RABBITMQ_LOGS", "-")).Warnings,
            Is.EqualTo(new[]
            {
                "environment: RABBITMQ_MINE, RABBITMQ_SERVICE_HOST: not read; docs/configuration.md lists the supported variables"
            }));

    [TestCase("RABBITMQ_MNESIA_BASE=/m RABBITMQ_DATA_DIR=/d", "/m")]
    [TestCase("RABBITMQ_MNESIA_DIR=/n RABBITMQ_MNESIA_BASE=/m", "/n")]
    [TestCase("RABBITMQ_DATA_DIR=/d", "/d")]
    [TestCase("RABBITMQ_DATA_DIR=/d AMQPBROKER_DATA_DIR=/own", "/own")]
    public void RabbitMQs_folders_of_data_are_the_data_directory(string variables, string expected) =>
        Assert.That(ConfigurationOf.Environment(Variables(variables)).Options.DataDirectory, Is.EqualTo(expected));

    [Test]
    public void Permissions_of_the_first_user_are_variables_too()
    {
        var access = ConfigurationOf.Environment(Variables(
            "RABBITMQ_DEFAULT_PERMISSIONS_CONFIGURE=^c RABBITMQ_DEFAULT_PERMISSIONS_READ=^r RABBITMQ_DEFAULT_PERMISSIONS_WRITE=^w"))
            .Options.Access.DefaultAccess;

        Assert.That((access.Permissions.Configure, access.Permissions.Read, access.Permissions.Write), Is.EqualTo(("^c", "^r", "^w")));
    }

    [Test]
    public void The_first_user_is_read_from_the_files_of_secrets()
    {
        using var folder = new TemporaryFolder();

        var access = ConfigurationOf.Environment(
            ("RABBITMQ_DEFAULT_USER_FILE", folder.Write("user", "orders\n")),
            ("RABBITMQ_DEFAULT_PASS_FILE", folder.Write("pass", "with # and blank \r\n")),
            ("RABBITMQ_DEFAULT_VHOST_FILE", folder.Write("vhost", "shop"))).Options.Access.DefaultAccess;

        Assert.That(
            (access.User, access.Password, access.VirtualHost), Is.EqualTo(("orders", "with # and blank ", "shop")));
    }

    [Test]
    public void A_file_of_a_secret_that_cannot_be_read_is_an_error()
    {
        using var folder = new TemporaryFolder();
        string empty = folder.Write("empty", "\n");

        Assert.That(
            ConfigurationOf.Environment(
                ("RABBITMQ_DEFAULT_USER_FILE", $"{folder.Path}/missing"),
                ("RABBITMQ_DEFAULT_PASS_FILE", empty)).Errors,
            Is.EqualTo(new[]
            {
                $"RABBITMQ_DEFAULT_PASS_FILE: {empty} is empty; write the value of RABBITMQ_DEFAULT_PASS into this file",
                "RABBITMQ_DEFAULT_USER_FILE: cannot read the value of RABBITMQ_DEFAULT_USER: "
                    + $"Could not find file '{folder.Path}/missing'."
            }));
    }

    [Test]
    public void A_value_is_given_by_a_variable_or_by_a_file_but_not_by_both()
    {
        using var file = new TemporaryFile("x");

        Assert.That(
            ConfigurationOf.Environment(("RABBITMQ_DEFAULT_PASS", "y"), ("RABBITMQ_DEFAULT_PASS_FILE", file.Path)).Errors,
            Is.EqualTo(new[] { "RABBITMQ_DEFAULT_PASS_FILE: RABBITMQ_DEFAULT_PASS is set too; set only one of the two" }));
    }

    [Test]
    public void A_broker_that_is_called_rabbitmq_server_uses_RabbitMQs_folders()
    {
        using var root = new TemporaryFolder();
        root.Write("etc/rabbitmq/rabbitmq.conf", "heartbeat = 7\nchannel_max = 8");
        root.Write("etc/rabbitmq/conf.d/10-more.conf", "heartbeat = 9");

        var options = Load(root).Options;

        Assert.That(
            (options.Connections.Heartbeat, options.Connections.ChannelMax, options.DataDirectory),
            Is.EqualTo(((ushort)9, (ushort)8, $"{root.Path}/var/lib/rabbitmq")));
    }

    [Test]
    public void Further_files_are_read_without_the_main_file_and_with_a_main_file_elsewhere()
    {
        using var root = new TemporaryFolder();
        root.Write("etc/rabbitmq/conf.d/10-more.conf", "heartbeat = 9");
        root.Write("elsewhere.conf", "channel_max = 8");

        Assert.That(Load(root).Options.Connections.Heartbeat, Is.EqualTo(9));
        var options = Load(root, ("RABBITMQ_CONFIG_FILE", $"{root.Path}/elsewhere")).Options;
        Assert.That((options.Connections.Heartbeat, options.Connections.ChannelMax), Is.EqualTo(((ushort)9, (ushort)8)));
    }

    [Test]
    public void Without_RabbitMQs_folders_the_defaults_apply()
    {
        using var root = new TemporaryFolder();

        var configuration = Load(root, ("RABBITMQ_DATA_DIR", "/data"));

        Assert.That(configuration.Errors.Concat(configuration.Warnings), Is.Empty);
        Assert.That(configuration.Options.DataDirectory, Is.EqualTo("/data"));
    }

    [TestCase("advanced.config")]
    [TestCase("enabled_plugins")]
    public void A_file_that_is_not_read_causes_a_warning(string name)
    {
        using var root = new TemporaryFolder();
        root.Write("etc/rabbitmq/conf.d/10-more.conf", "heartbeat = 9");
        string file = root.Write($"etc/rabbitmq/{name}", "[].");

        var configuration = Load(root);

        Assert.That(configuration.Errors, Is.Empty);
        Assert.That(configuration.Warnings.Single(), Does.StartWith($"{file}: not read"));
    }

    private static BrokerConfiguration Load(TemporaryFolder root, params (string Name, string Value)[] variables) =>
        BrokerConfiguration.Load(
            null,
            [],
            RabbitMqFolders.AddTo(variables.ToDictionary(variable => variable.Name, variable => variable.Value), root.Path));

    private static (string, string)[] Variables(string text) =>
        [.. text.Split(' ').Select(variable => variable.Split('=')).Select(parts => (parts[0], parts[1]))];
}
