using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary><c>amqpbroker ctl</c> lists queues, exchanges, bindings and connections in the format of rabbitmqctl 3.10.8.</summary>
public sealed class CtlListTests : CliTests
{
    [SetUp]
    public async Task Declare()
    {
        await PutAsync(
            $"/queues/{Host}/a%20b",
            """{"durable":true,"arguments":{"x-max-length":5,"x-dead-letter-exchange":"dlx","l":[1,true,"x"],"t":{"k":"v"}}}""");
        await PutAsync($"/queues/{Host}/zz", """{"auto_delete":true}""");
        await PutAsync($"/exchanges/{Host}/ex", """{"type":"topic","durable":true,"arguments":{"alternate-exchange":"ae"}}""");
        await PostAsync($"/bindings/{Host}/e/ex/q/zz", """{"routing_key":"k.#","arguments":{"h":1}}""");
        await PostAsync(
            $"/exchanges/{Host}/amq.default/publish",
            """{"properties":{},"routing_key":"zz","payload":"hallo","payload_encoding":"string"}""");
    }

    [TestCase("list_queues", "Timeout: 60.0 seconds ...\nListing queues for vhost {0} ...\nname\tmessages\na b\t0\nzz\t1\n")]
    [TestCase("list_queues -t 5", "Timeout: 5.0 seconds ...\nListing queues for vhost {0} ...\nname\tmessages\na b\t0\nzz\t1\n")]
    [TestCase("list_queues name,messages", "Timeout: 60.0 seconds ...\nListing queues for vhost {0} ...\nname\tmessages\na b\t0\nzz\t1\n")]
    [TestCase("list_queues -q", "name\tmessages\na b\t0\nzz\t1\n")]
    [TestCase("list_queues -s", "a b\t0\nzz\t1\n")]
    [TestCase("list_queues -qst 5", "a b\t0\nzz\t1\n")]
    [TestCase("list_queues --no-table-headers", "Timeout: 60.0 seconds ...\nListing queues for vhost {0} ...\na b\t0\nzz\t1\n")]
    [TestCase("list_queues --formatter json", "[\n{{\"name\":\"a b\",\"messages\":0}}\n,{{\"name\":\"zz\",\"messages\":1}}\n]\n")]
    [TestCase(
        "list_queues --formatter csv name messages arguments",
        "\"name\",\"messages\",\"arguments\"\n\"a b\",\"0\",\"[{{\"\"l\"\",[1,true,\"\"x\"\"]}},{{\"\"t\"\",[{{\"\"k\"\","
            + "\"\"v\"\"}}]}},{{\"\"x-dead-letter-exchange\"\",\"\"dlx\"\"}},{{\"\"x-max-length\"\",5}}]\"\n\"zz\",\"1\",\"[]\"\n")]
    [TestCase(
        "-q list_queues name durable auto_delete arguments policy consumers state type exclusive owner_pid",
        "name\tdurable\tauto_delete\targuments\tpolicy\tconsumers\tstate\ttype\texclusive\towner_pid\na "
            + "b\ttrue\tfalse\t[{{\"l\",[1,true,\"x\"]}},{{\"t\",[{{\"k\",\"v\"}}]}},{{\"x-dead-letter-exchange\",\"dlx\"}},"
            + "{{\"x-max-length\",5}}]\t\t0\trunning\tclassic\tfalse\t\nzz\tfalse\ttrue\t[]\t\t0\trunning\tclassic\tfalse\t\n")]
    [TestCase("list_queues --offline", "Timeout: 60.0 seconds ...\nListing queues for vhost {0} ...\n")]
    [TestCase(
        "list_bindings",
        "Listing bindings for vhost {0}...\nsource_name\tsource_kind\tdestination_name\tdestination_kind\trouting_key\targuments\n"
            + "\texchange\ta b\tqueue\ta b\t[]\n\texchange\tzz\tqueue\tzz\t[]\nex\texchange\tzz\tqueue\tk.#\t[{{\"h\",1}}]\n")]
    [TestCase(
        "-q list_bindings source_name routing_key arguments",
        "source_name\trouting_key\targuments\n\ta b\t[]\n\tzz\t[]\nex\tk.#\t[{{\"h\",1}}]\n")]
    [TestCase(
        "-s list_exchanges name type durable auto_delete internal arguments policy",
        "\tdirect\ttrue\tfalse\tfalse\t[]\t\namq.direct\tdirect\ttrue\tfalse\tfalse\t[]\t\n"
            + "amq.fanout\tfanout\ttrue\tfalse\tfalse\t[]\t\namq.headers\theaders\ttrue\tfalse\tfalse\t[]\t\n"
            + "amq.match\theaders\ttrue\tfalse\tfalse\t[]\t\namq.rabbitmq.trace\ttopic\ttrue\tfalse\ttrue\t[]\t\n"
            + "amq.topic\ttopic\ttrue\tfalse\tfalse\t[]\t\nex\ttopic\ttrue\tfalse\tfalse\t[{{\"alternate-exchange\",\"ae\"}}]\t\n")]
    [TestCase(
        "list_queues name arguments --formatter json",
        "[\n{{\"name\":\"a b\",\"arguments\":{{\"l\":[1,true,\"x\"],\"t\":{{\"k\":\"v\"}},"
            + "\"x-dead-letter-exchange\":\"dlx\",\"x-max-length\":5}}}}\n,{{\"name\":\"zz\",\"arguments\":[]}}\n]\n")]
    [TestCase("-q list_queues name leader members online", "name\tleader\tmembers\tonline\na b\t\t\t\nzz\t\t\t\n")]
    [TestCase("-s list_queues --online --offline", "a b\t0\nzz\t1\n")]
    [TestCase("list_unresponsive_queues --formatter json", "[\n]\n")]
    [TestCase("list_consumers", "Listing consumers in vhost {0} ...\n")]
    public async Task A_list_is_printed_to_the_letter(string command, string expected)
    {
        CliRun run = await CtlAsync(command.Split(' '));

        Assert.That(
            (run.ExitCode, run.Error, run.Output),
            Is.EqualTo((0, "", string.Format(System.Globalization.CultureInfo.InvariantCulture, expected, Host))));
    }

    [Test]
    public async Task A_list_of_a_virtual_host_that_is_not_there_is_empty()
    {
        CliRun run = await CtlAsync("list_queues", "-p", "nosuch");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "Timeout: 60.0 seconds ...\nListing queues for vhost nosuch ...\n")));
    }

    [Test]
    public async Task A_boxed_list_has_lines_around_each_row()
    {
        CliRun run = await CtlAsync("list_queues", "--formatter", "pretty_table");

        Assert.That(run.Lines[2..], Has.Length.EqualTo(7).And.Some.Matches("a b.*0").And.Some.Matches("zz.*1"));
    }

    [Test]
    public async Task Columns_that_there_are_not_are_refused_with_the_usage()
    {
        CliRun run = await RunAsync("ctl", "-n", "ref@localhost", "list_queues", "-p", "cli", "bogus");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((64, "")));
        Assert.That(run.Error, Is.EqualTo(
            "Error (argument validation): Info key(s) bogus are not supported\nArguments given:\n\t-n ref@localhost list_queues "
                + "-p cli bogus\n\n\e[1mUsage\e[0m\n\namqpbroker ctl [--node <node>] [--longnames] [--quiet] list_queues [--vhost "
                + "<vhost>] [--online] [--offline] [--local] [--no-table-headers] [<column>, ...] [--timeout <timeout>]\n"));
    }

    [Test]
    public async Task Queues_are_deleted_and_purged_as_with_rabbitmqctl()
    {
        await ExpectAsync(["delete_queue", "nosuch"], 64, $"Deleting queue 'nosuch' on vhost '{Host}' ...\n", "Error:\nQueue not found\n");
        await ExpectAsync(
            ["delete_queue", "zz", "--if-empty"],
            64,
            $"Deleting queue 'zz' on vhost '{Host}' if queue is empty ...\n",
            "Error:\nQueue is not empty\n");
        await ExpectAsync(
            ["delete_queue", "zz", "-e"],
            64,
            $"Deleting queue 'zz' on vhost '{Host}' if queue is empty ...\n",
            "Error:\nQueue is not empty\n");
        await ExpectAsync(
            ["delete_queue", "-ue", "zz"],
            64,
            $"Deleting queue 'zz' on vhost '{Host}' if queue is empty and if queue is unused ...\n",
            "Error:\nQueue is not empty\n");
        await ExpectAsync(
            ["delete_queue", "zz", "--if-unused"],
            0,
            $"Deleting queue 'zz' on vhost '{Host}' if queue is unused ...\nQueue was successfully deleted with 1 ready messages\n");
        await ExpectAsync(["purge_queue", "a b"], 0, $"Purging queue 'a b' in vhost '{Host}' ...\n");
        await ExpectAsync(["purge_queue", "nosuch"], 69, $"Purging queue 'nosuch' in vhost '{Host}' ...\n", "Error:\nnot_found\n");
    }

    [Test]
    public async Task Connections_channels_and_consumers_are_listed_and_closed()
    {
        RawChannel channel = await OpenChannelAsync(Host);
        await channel.CallAsync<BasicQos, BasicQosOk>(new BasicQos(0, 7, false));
        await channel.CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume("a b", "ctag1", false, false, false, false, Table("x-priority", FieldValue.FromInt64(2))));

        string name = (await CtlAsync("-s", "list_connections", "pid", "vhost")).Lines.Single(
            line => line.EndsWith($"\t{Host}", StringComparison.Ordinal)).Split('\t')[0];
        Assert.That((await CtlAsync("list_consumers")).Lines[1..], Is.EqualTo(new[]
        {
            "queue_name\tchannel_pid\tconsumer_tag\tack_required\tprefetch_count\tactive\targuments",
            $"a b\t{name} (1)\tctag1\ttrue\t7\ttrue\t[{{\"x-priority\",2}}]",
        }));
        Assert.That(
            (await CtlAsync("-q", "list_consumers", "active", "queue_name")).Lines,
            Is.EqualTo(new[] { "queue_name\tactive", "a b\ttrue" }));
        Assert.That(
            (await CtlAsync("-s", "list_connections", "vhost", "protocol", "peer_host")).Lines,
            Does.Contain($"{Host}\t{{0,9,1}}\t127.0.0.1"));
        Assert.That(
            (await CtlAsync("list_connections", "vhost", "protocol", "peer_host", "--formatter", "json")).Output,
            Does.Contain($"{{\"vhost\":\"{Host}\",\"protocol\":[0,9,1],\"peer_host\":[127,0,0,1]}}"));
        Assert.That((await CtlAsync("-s", "list_channels")).Lines, Does.Contain($"{name} (1)\tguest\t1\t0"));
        CliRun closed = await CtlAsync("close_connection", name, "why");
        Assert.That((closed.ExitCode, closed.Output), Is.EqualTo((0, $"Closing connection {name}, reason: why...\n")));
        Assert.That((await channel.Client.ExpectAsync<ConnectionClose>(0)).ReplyText, Is.EqualTo("CONNECTION_FORCED - why"));
        await ExpectAsync(
            ["close_all_connections", "-p", "nosuch", "why"],
            0,
            "Closing all connections in vhost nosuch, reason: why...\nClosed 0 connections\n");
    }

    private async Task ExpectAsync(string[] arguments, int exitCode, string output, string error = "")
    {
        CliRun run = await CtlAsync(arguments);
        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((exitCode, output, error)), string.Join(' ', arguments));
    }
}
