namespace Amqp.Tests.Cli;

/// <summary>
/// If a virtual host is missing or forbidden, <c>amqpbroker ctl</c> has the same exit codes and texts as rabbitmqctl 3.10.8.
/// </summary>
public sealed class CtlVirtualHostTests : CliTests
{
    // As in rabbitmqctl, some list commands print an empty list for a missing virtual host. All other commands fail with an error text.
    [TestCase("list_queues", 0, "")]
    [TestCase("list_exchanges", 0, "")]
    [TestCase("list_bindings", 0, "")]
    [TestCase("list_consumers", 0, "")]
    [TestCase("list_unresponsive_queues", 0, "")]
    [TestCase("list_policies", 65, "Virtual host 'nope' does not exist\n")]
    [TestCase("list_operator_policies", 65, "Virtual host 'nope' does not exist\n")]
    [TestCase("list_permissions", 65, "Virtual host 'nope' does not exist\n")]
    [TestCase("list_topic_permissions", 65, "Virtual host 'nope' does not exist\n")]
    [TestCase("list_vhost_limits", 65, "Virtual host 'nope' does not exist\n")]
    [TestCase("list_parameters", 65, "Virtual host 'nope' does not exist\n")]
    [TestCase("set_policy a b {\"expires\":1000}", 65, "Virtual host 'nope' does not exist\n")]
    [TestCase("set_operator_policy a b {\"expires\":1000}", 65, "Virtual host 'nope' does not exist\n")]
    [TestCase("set_vhost_limits {\"max-connections\":1}", 65, "Virtual host 'nope' does not exist\n")]
    [TestCase("clear_policy x", 69, "Error:\nParameter does not exist\n")]
    [TestCase("clear_operator_policy x", 69, "Error:\nParameter does not exist\n")]
    [TestCase("clear_parameter c n", 69, "Error:\nParameter does not exist\n")]
    [TestCase("clear_vhost_limits", 69, "Error:\nParameter does not exist\n")]
    [TestCase("set_permissions guest a b c", 69, "Error:\nVirtual host nope does not exist\n")]
    [TestCase("set_topic_permissions guest amq.topic a b", 69, "Error:\nVirtual host nope does not exist\n")]
    [TestCase("clear_permissions guest", 69, "Error:\nVirtual host nope does not exist\n")]
    [TestCase("clear_topic_permissions guest", 69, "Error:\nVirtual host nope does not exist\n")]
    [TestCase("delete_queue q", 64, "Error:\nQueue not found\n")]
    [TestCase("purge_queue q", 69, "Error:\nnot_found\n")]
    public async Task A_virtual_host_that_is_not_there_is_met_as_by_rabbitmqctl(string command, int exitCode, string error)
    {
        CliRun run = await RunHereAsync(["ctl", "-p", "nope", "-q", .. command.Split(' ')]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((exitCode, error)));
    }

    [Test]
    public async Task A_policymaker_needs_no_tag_but_that_one()
    {
        string user = await NewUserAsync("policymaker", Host);

        CliRun run = await RunAsync(
            "ctl", "-p", Host, "-q", "--user", user, "--password", "secret", "set_policy", "a", "b", "{\"expires\":1000}");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
    }

    [TestCase("list_users", "Not administrator user")]
    [TestCase("list_queues", "User not authorised to access virtual host")]
    [TestCase("add_vhost new", "Not administrator user")]
    [TestCase("set_policy a b {\"expires\":1000}", "User not authorised to access object")]
    public async Task Who_lacks_the_permission_ends_with_69(string command, string reason)
    {
        string user = await NewUserAsync("management");

        CliRun run = await RunHereAsync(["ctl", "-p", Host, "--user", user, "--password", "secret", .. command.Split(' ')]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((69, run.Error)));
        Assert.That(run.Error, Does.StartWith($"Error:\n'{user}' may not do that: {reason}."));
    }
}
