using Amqp.Server.Cli.Ctl;

namespace Amqp.Tests.Cli;

/// <summary><c>amqpbroker ctl</c> parses the command lines of rabbitmqctl correctly.</summary>
public sealed class CtlInputTests
{
    private static readonly CtlTool _tool = CtlTool.Ctl("amqpbroker ctl");

    [TestCase("list_queues name messages", "list_queues(name,messages)")]
    [TestCase("-p v list_queues name", "list_queues(name) vhost=v")]
    [TestCase("list_queues -p v name", "list_queues(name) vhost=v")]
    [TestCase("list_queues --vhost=v name", "list_queues(name) vhost=v")]
    [TestCase("set_policy p ^a {\"a\":\"b=c\"} --apply-to=queues", "set_policy(p,^a,{\"a\":\"b=c\"}) apply-to=queues")]
    [TestCase("-n n -q list_queues", "list_queues() node=n quiet")]
    [TestCase("-qn n list_queues", "list_queues() node=n quiet")]
    [TestCase("list_queues -st 5", "list_queues() silent timeout=5")]
    [TestCase("add_user -- -u -p", "add_user(-u,-p)")]
    [TestCase("add_user u -", "add_user(u,-)")]
    [TestCase("set_vm_memory_high_watermark -0.5", "set_vm_memory_high_watermark(-0.5)")]
    [TestCase("set_policy p ^a {} --priority -1", "set_policy(p,^a,{}) priority=-1")]
    [TestCase("list_queues -u jo", "list_queues() user=jo")]
    [TestCase("delete_queue -u q", "delete_queue(q) u")]
    [TestCase("delete_queue q --if-unused --user jo", "delete_queue(q) if-unused user=jo")]
    [TestCase("delete_queue -eu q", "delete_queue(q) e u")]
    [TestCase("wait -P 7", "wait() P=7")]
    [TestCase("list_queues -P 7", "list_queues(7) ?-P")]
    [TestCase("list_queues --if-unused", "list_queues() ?--if-unused")]
    [TestCase("list_queues -p", "list_queues() ?-p")]
    [TestCase("list_queues -p -q", "list_queues() quiet ?-p")]
    [TestCase("status --unit mb", "status() unit=mb")]
    [TestCase("list_queues --unit mb", "list_queues(mb) ?--unit")]
    [TestCase("-p list_queues", "() vhost=list_queues")]
    public void Options_stand_before_and_behind_the_verb(string line, string expected)
    {
        var input = new CtlInput(line.Split(' '), _tool);
        string[] names =
            ["vhost", "node", "timeout", "user", "unit", "priority", "apply-to", "P", "quiet", "silent", "if-unused", "if-empty", "e", "u"];

        string options = string.Concat(
            names.Where(input.Has)
                .Select(name => (name, value: input.Option(name)!))
                .OrderBy(option => option.name, StringComparer.Ordinal)
                .Select(option => option.value.Length > 0 ? $" {option.name}={option.value}" : $" {option.name}"));
        Assert.That(
            $"{input.Verb}({string.Join(',', input.Arguments)}){options}{string.Concat(input.Unknown.Select(option => $" ?{option}"))}",
            Is.EqualTo(expected));
    }

    [TestCase("list_user_limits --user jo", null)]
    [TestCase("list_users --user jo", "jo")]
    public void A_user_whom_a_verb_is_about_does_not_log_in(string line, string? user)
    {
        var input = new CtlInput(line.Split(' '), _tool);

        Assert.That(input.Login(_tool.Find(input.Verb!)!).User, Is.EqualTo(user));
    }
}
