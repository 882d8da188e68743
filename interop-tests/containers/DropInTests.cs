namespace Containers;

/// <summary>Tests that the image can replace RabbitMQ's image: environment, mounted files, and the programs in the container.</summary>
public sealed class DropInTests
{
    /// <summary>
    /// Commands that are run inside containers of RabbitMQ's image, for example by Testcontainers' modules for Java and Python.
    /// </summary>
    private static readonly string[] _commands =
    [
        "rabbitmq-plugins enable rabbitmq_management rabbitmq_prometheus",
        "rabbitmqadmin declare vhost name=shop tracing=true",
        "rabbitmqadmin declare vhost_limit vhost=shop name=max-queues value=7",
        "rabbitmqadmin declare user name=orders password=secret tags=monitoring,policymaker",
        "rabbitmqadmin declare user name=plain password=secret tags=",
        "rabbitmqadmin declare permission vhost=shop user=orders configure=.* write=.* read=.*",
        "rabbitmqadmin declare exchange name=plain type=direct",
        "rabbitmqadmin --vhost=shop declare exchange name=e type=topic auto_delete=false internal=false durable=true arguments={}",
        "rabbitmqadmin declare queue name=plain",
        "rabbitmqadmin --vhost=shop declare queue name=q auto_delete=false durable=true arguments={\"x-max-length\":5}",
        "rabbitmqadmin declare binding source=plain destination=plain",
        "rabbitmqadmin --vhost=shop declare binding source=e destination=q routing_key=a.# destination_type=queue arguments={\"k\":1}",
        "rabbitmqadmin declare policy --vhost=shop name=p pattern=^q priority=1 apply-to=queues definition={\"max-length\":9}",
        "rabbitmqadmin declare operator_policy name=op pattern=^q priority=1 apply-to=queues definition={\"max-length\":9}",
        "rabbitmqctl set_policy -p shop p2 ^q {\"expires\":600000} --priority 2 --apply-to queues",
        "rabbitmqctl set_vhost_limits -p shop {\"max-connections\":100}",
        "rabbitmqctl add_user late secret",
        "rabbitmqctl set_user_tags late administrator",
        "rabbitmqctl set_permissions -p shop late .* .* .*",
        "rabbitmqctl wait --pid 1 --timeout 30",
        "rabbitmqctl await_startup",
        "rabbitmq-diagnostics -q ping",
        "rabbitmq-diagnostics check_running",
        "rabbitmq-diagnostics -q check_local_alarms",
        "rabbitmq-diagnostics check_port_connectivity",
        "rabbitmq-diagnostics check_port_listener 5672",
        "rabbitmq-diagnostics check_virtual_hosts",
        "rabbitmq-diagnostics listeners",
        "rabbitmq-diagnostics server_version",
        "rabbitmq-diagnostics status",
        "rabbitmq-queues check_if_node_is_quorum_critical",
        "rabbitmqadmin -u orders -p secret -V shop publish exchange=e routing_key=a.b payload=hello",
        "rabbitmqadmin -u orders -p secret -V shop get queue=q",
    ];

    [Test]
    public async Task The_programs_of_RabbitMQ_work_inside_the_container()
    {
        await using var broker = await BrokerContainer.StartAsync();

        foreach (string command in _commands)
        {
            var result = await broker.ExecAsync(command.Split(' '));
            Assert.That(result.Code, Is.Zero, $"{command}: {result.Error}{result.Output}");
        }
        var queues = await broker.ExecAsync("rabbitmqctl", "-q", "-s", "list_queues", "-p", "shop", "name", "messages", "policy");
        Assert.That(queues.Output, Is.EqualTo("q\t1\tp2\n"));
    }

    [Test]
    public async Task A_plugin_that_is_not_built_in_is_refused()
    {
        await using var broker = await BrokerContainer.StartAsync();

        var result = await broker.ExecAsync("rabbitmq-plugins", "enable", "rabbitmq_stomp");

        Assert.That(result.Code, Is.EqualTo(70));
        Assert.That(result.Error, Does.Contain("{:plugins_not_found, [:rabbitmq_stomp]}"));
    }

    [Test]
    public async Task The_environment_names_the_first_user_whom_the_programs_inside_use()
    {
        using var folder = new TemporaryFolder();
        await using var broker = await BrokerContainer.StartAsync(builder => builder
            .WithEnvironment("RABBITMQ_DEFAULT_USER", "orders")
            .WithEnvironment("RABBITMQ_DEFAULT_PASS_FILE", "/run/secrets/password")
            .WithEnvironment("RABBITMQ_DEFAULT_VHOST", "shop")
            .WithEnvironment("RABBITMQ_ERLANG_COOKIE", "cookie")
            .WithBindMount(folder.Write("password", "secret\n"), "/run/secrets/password"));

        await using var connection = await broker.ConnectAsync("orders:secret");
        Assert.That(connection.IsOpen);
        var users = await broker.ExecAsync("rabbitmqctl", "-q", "-s", "list_users");
        Assert.That((users.Code, users.Output), Is.EqualTo((0L, "orders\t[administrator]\n")), users.Error);
        Assert.That(await broker.LogAsync(), Does.Contain("RABBITMQ_ERLANG_COOKIE: this variable has no effect"));
    }

    [Test]
    public async Task Mounted_configuration_and_definitions_are_read()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rabbitmq.conf", "channel_max = 17\nload_definitions = /etc/rabbitmq/definitions.json\n");
        folder.Write("conf.d/20-more.conf", "heartbeat = 19\n");
        folder.Write("enabled_plugins", "[rabbitmq_management].\n");
        folder.Write("definitions.json", """
            {"users":[{"name":"d","password":"secret","tags":["administrator"]}],"vhosts":[{"name":"/"}],
             "permissions":[{"user":"d","vhost":"/","configure":".*","write":".*","read":".*"}],
             "queues":[{"name":"defined","vhost":"/","durable":true,"auto_delete":false,"arguments":{}}]}
            """);

        await using var broker = await BrokerContainer.StartAsync(builder => builder.WithBindMount(folder.Path, "/etc/rabbitmq"));

        await using var connection = await broker.ConnectAsync("d:secret");
        Assert.That((connection.ChannelMax, connection.Heartbeat.TotalSeconds), Is.EqualTo((17, 19)));
        await using var channel = await connection.CreateChannelAsync();
        Assert.That((await channel.QueueDeclarePassiveAsync("defined")).QueueName, Is.EqualTo("defined"));
        Assert.That(await broker.LogAsync(), Does.Contain("/etc/rabbitmq/enabled_plugins: not read"));
    }

    [TestCase("heartbaet = 3\n", "/etc/rabbitmq/rabbitmq.conf:1: unknown setting 'heartbaet'; did you mean 'heartbeat'?")]
    [TestCase("heartbeat = x\n", "/etc/rabbitmq/rabbitmq.conf:1: heartbeat: 'x' will not do")]
    public async Task A_mistake_in_the_configuration_ends_the_container_with_the_reason(string text, string expected)
    {
        using var folder = new TemporaryFolder();

        var run = await Shell.TryAsync(
            Shell.Client,
            ["run", "--rm", "-v", $"{folder.Write("rabbitmq.conf", text)}:/etc/rabbitmq/rabbitmq.conf:ro", ImageUnderTest.Name]);

        Assert.That(run.Code, Is.EqualTo(78));
        Assert.That(run.Error, Does.Contain(expected));
    }

    [Test]
    public async Task A_variable_that_RabbitMQs_image_refuses_is_refused_here_too()
    {
        var run = await Shell.TryAsync(
            Shell.Client, ["run", "--rm", "-e", "RABBITMQ_VM_MEMORY_HIGH_WATERMARK=0.4", ImageUnderTest.Name]);

        Assert.That(run.Code, Is.EqualTo(78));
        Assert.That(run.Error, Does.Contain("set vm_memory_high_watermark.relative in a configuration file"));
    }

    [TestCase("rabbitmqctl version")]
    [TestCase("rabbitmq-plugins list")]
    [TestCase("--help")]
    public async Task The_first_argument_of_the_container_may_be_a_program(string command) =>
        Assert.That((await Shell.TryAsync(Shell.Client, ["run", "--rm", ImageUnderTest.Name, .. command.Split(' ')])).Code, Is.Zero);
}
