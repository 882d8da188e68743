namespace Amqp.Tests.Cli;

/// <summary>Each <c>amqpbroker ctl</c> command sends the right requests to the HTTP API. Most commands send a single request.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CtlRequestTests : IDisposable
{
    private readonly AnsweringApi _api = new AnsweringApi().With("whoami", "{}");

    public void Dispose() => _api.Dispose();

    [TestCase("set_disk_free_limit 2GB", """PUT settings/disk-free-limit {"absolute":"2GB"}""")]
    [TestCase("set_disk_free_limit mem_relative 1.5", """PUT settings/disk-free-limit {"relative":1.5}""")]
    [TestCase("set_disk_free_limit mem_relative 0", """PUT settings/disk-free-limit {"relative":0}""")]
    [TestCase("set_vm_memory_high_watermark absolute 2GB", """PUT settings/memory-high-watermark {"absolute":"2GB"}""")]
    [TestCase("set_vm_memory_high_watermark 0.4", """PUT settings/memory-high-watermark {"relative":0.4}""")]
    [TestCase("set_vm_memory_high_watermark 0", """PUT settings/memory-high-watermark {"relative":0}""")]
    [TestCase("set_vm_memory_high_watermark 1.0", """PUT settings/memory-high-watermark {"relative":1}""")]
    [TestCase("set_log_level critical", """PUT log-levels {"level":"critical"}""")]
    [TestCase("set_cluster_name c", """PUT cluster-name {"name":"c"}""")]
    [TestCase("drain", """PUT settings/maintenance {"enabled":true}""")]
    [TestCase("revive", """PUT settings/maintenance {"enabled":false}""")]
    [TestCase("suspend_listeners", """PUT settings/listeners {"suspended":true}""")]
    [TestCase("resume_listeners", """PUT settings/listeners {"suspended":false}""")]
    [TestCase("restart_queue -p v q", "PUT queues/v/q/restart")]
    [TestCase("purge_queue -p v q", "DELETE queues/v/q/contents")]
    [TestCase("close_connection c why", "DELETE connections/c")]
    [TestCase("clear_parameter -p v c n", "DELETE parameters/c/v/n")]
    [TestCase("clear_global_parameter n", "DELETE global-parameters/n")]
    [TestCase("clear_vhost_limits -p v", "DELETE parameters/vhost-limits/v/limits")]
    [TestCase("set_global_parameter n [1]", """PUT global-parameters/n {"value":[1]}""")]
    [TestCase(
        "set_vhost_limits -p v {\"max-queues\":1}", """GET vhosts/v; PUT parameters/vhost-limits/v/limits {"value":{"max-queues":1}}""")]
    [TestCase("trace_on -p v", """GET vhosts/v; PUT vhosts/v {"tracing":true}""")]
    [TestCase("trace_off -p v", """GET vhosts/v; PUT vhosts/v {"tracing":false}""")]
    public async Task A_verb_asks_for_what_it_is_told(string command, string requests)
    {
        foreach (string request in requests.Split("; "))
            _api.With(request.Split(' ')[1], "{}");

        CliRun run = await _api.CtlAsync(["-q", .. command.Split(' ')]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(string.Join("; ", _api.Asked), Is.EqualTo(requests));
    }

    [TestCase("--global", "GET connections", "a b c")]
    [TestCase("-p v", "GET vhosts/v/connections", "a b")]
    [TestCase("--global --limit 2", "GET connections", "a b")]
    [TestCase("--global --limit 0", "GET connections", "a b c")]
    public async Task Connections_are_closed_of_the_node_or_a_virtual_host(string options, string list, string closed)
    {
        _api.With("connections", """[{"name":"a"},{"name":"b"},{"name":"c"}]""")
            .With("vhosts/v/connections", """[{"name":"a"},{"name":"b"}]""")
            .With("connections/a", "")
            .With("connections/c", "");

        CliRun run = await _api.CtlAsync(["-q", "close_all_connections", .. options.Split(' '), "why"]);

        Assert.That(
            string.Join("; ", _api.Asked),
            Is.EqualTo($"{list}; {string.Join("; ", closed.Split(' ').Select(name => $"DELETE connections/{name}"))}"));
        Assert.That(
            (run.ExitCode, run.Output),
            Is.EqualTo((0, $"Closed {closed.Split(' ').Count(name => name != "b")} connections\n")),
            "one connection had already closed");
    }

    [TestCase("all", "max-channels max-connections")]
    [TestCase("max-connections", "max-connections")]
    [TestCase("nothing", "")]
    public async Task Limits_of_a_user_are_cleared_by_their_names(string limit, string cleared)
    {
        _api.With("users/jo", "{}")
            .With("user-limits/jo", """[{"user":"jo","value":{"max-channels":1,"max-connections":2}}]""")
            .With("user-limits/jo/max-channels", "")
            .With("user-limits/jo/max-connections", "");

        CliRun run = await _api.CtlAsync("-q", "clear_user_limits", "jo", limit);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(
            _api.Asked.Skip(2),
            Is.EqualTo(cleared.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => $"DELETE user-limits/jo/{name}")));
    }

    [TestCase("set_vm_memory_high_watermark 1.001")]
    [TestCase("set_disk_free_limit mem_relative -0.5")]
    [TestCase("set_disk_free_limit -1")]
    [TestCase("set_vm_memory_high_watermark absolute 1XB")]
    public async Task What_cannot_be_is_not_asked_for(string command)
    {
        Assert.That((await _api.CtlAsync(command.Split(' '))).ExitCode, Is.EqualTo(65));
        Assert.That(_api.Asked, Is.Empty);
    }
}
