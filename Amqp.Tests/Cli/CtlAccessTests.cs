namespace Amqp.Tests.Cli;

/// <summary>
/// The commands of <c>amqpbroker ctl</c> for users, permissions, policies and limits print the same texts as rabbitmqctl 3.10.8.
/// </summary>
public sealed class CtlAccessTests : CliTests
{
    [Test]
    public async Task A_user_lives_as_with_rabbitmqctl()
    {
        string user = NewName("u");
        await ExpectAsync(
            ["add_user", user, "pw"],
            0,
            $"Adding user \"{user}\" ...\nDone. Don't forget to grant the user permissions to some "
                + "virtual hosts! See 'rabbitmqctl help set_permissions' to learn more.\n");
        await ExpectAsync(["add_user", user, "pw"], 70, $"Adding user \"{user}\" ...\n", $"Error:\nUser \"{user}\" already exists\n");
        await ExpectAsync(
            ["set_user_tags", user, "management", "monitoring"], 0, $"Setting tags for user \"{user}\" to [management, monitoring] ...\n");
        await ExpectAsync(["authenticate_user", user, "pw"], 0, $"Authenticating user \"{user}\" ...\nSuccess\n");
        await ExpectAsync(
            ["authenticate_user", user, "bad"],
            65,
            $"Authenticating user \"{user}\" ...\n",
            $"Error:\nError: failed to authenticate user \"{user}\"\nuser '{user}' - invalid credentials\n");
        await ExpectAsync(["change_password", user, "pw2"], 0, $"Changing password for user \"{user}\" ...\n");
        await ExpectAsync(["set_user_tags", user], 0, $"Setting tags for user \"{user}\" to [] ...\n");
        // Setting the tags has not changed the password, and the user can log in without tags.
        await ExpectAsync(["authenticate_user", user, "pw2"], 0, $"Authenticating user \"{user}\" ...\nSuccess\n");
        CliRun list = await CtlRunHereAsync("list_users");
        Assert.That(list.Lines[..2], Is.EqualTo(new[] { "Listing users ...", "user\ttags" }));
        Assert.That(list.Lines, Does.Contain("guest\t[administrator]").And.Contain($"{user}\t[]"));
        await ExpectAsync(["clear_password", user], 0, $"Clearing password for user \"{user}\" ...\n");
        Assert.That((await CtlRunHereAsync("authenticate_user", user, "pw2")).ExitCode, Is.EqualTo(65));
        await ExpectAsync(["delete_user", user], 0, $"Deleting user \"{user}\" ...\n");
        await ExpectAsync(["delete_user", user], 67, $"Deleting user \"{user}\" ...\n", $"Error:\nUser \"{user}\" does not exist\n");
    }

    [Test]
    public async Task A_dry_run_says_what_it_would_do_and_does_not_do_it()
    {
        string user = await NewUserAsync("");
        await ExpectAsync(["delete_user", user, "--dry-run"], 0, $"Deleting user \"{user}\" ...\n");
        await ExpectAsync(["list_queues", "--dry-run"], 0, $"Timeout: 60.0 seconds ...\nListing queues for vhost {Host} ...\n");
        Assert.That((await GetAsync($"/users/{user}")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task A_password_comes_from_standard_input_when_it_is_not_given()
    {
        string user = NewName("u");
        CliRun added = await PipeAsync("from stdin\n", "ctl", "-q", "add_user", user);

        Assert.That((added.ExitCode, added.Output, added.Error), Is.EqualTo((0, "", "")));
        Assert.That((await CtlRunHereAsync("authenticate_user", user, "from stdin")).ExitCode, Is.Zero);
        CliRun none = await CtlAsync("add_user", "u"); // run as a separate process, so that standard input is empty
        Assert.That(
            (none.ExitCode, none.Output, none.Error),
            Is.EqualTo((65, "Adding user \"u\" ...\nPassword: \n", "Error:\nPassword is not provided via argument or stdin\n")));
        await CtlRunHereAsync("delete_user", user);
    }

    [Test]
    public async Task A_hash_of_a_password_is_good_for_a_login()
    {
        string user = NewName("u"), hash = (await CtlRunHereAsync("-q", "hash_password", "pw")).Output.Trim();

        Assert.That((await CtlRunHereAsync("-q", "add_user", user, hash, "--pre-hashed-password")).ExitCode, Is.Zero);
        Assert.That((await CtlRunHereAsync("authenticate_user", user, "pw")).ExitCode, Is.Zero);
        await CtlRunHereAsync("delete_user", user);
    }

    [Test]
    public async Task Permissions_are_set_listed_and_cleared()
    {
        string user = await NewUserAsync("");
        await ExpectAsync(
            ["set_permissions", user, ".*", "^a", ""], 0, $"Setting permissions for user \"{user}\" in vhost \"{Host}\" ...\n");
        await ExpectAsync(["list_permissions", "-s"], 0, $"guest\t.*\t.*\t.*\n{user}\t.*\t^a\t\n");
        await ExpectAsync(
            ["list_user_permissions", user],
            0,
            $"Listing permissions for user \"{user}\" ...\nvhost\tconfigure\twrite\tread\n{Host}\t.*\t^a\t\n");
        await ExpectAsync(
            ["set_topic_permissions", user, "amq.topic", "^a", "^b"],
            0,
            $"Setting topic permissions on \"amq.topic\" for user \"{user}\" in vhost \"{Host}\" ...\n");
        await ExpectAsync(
            ["list_topic_permissions"],
            0,
            $"Listing topic permissions for vhost \"{Host}\" ...\nuser\texchange\twrite\tread\n{user}\tamq.topic\t^a\t^b\n");
        await ExpectAsync(
            ["list_user_topic_permissions", user], 0, $"Listing topic permissions for user \"{user}\" ...\n{Host}\tamq.topic\t^a\t^b\n");
        await ExpectAsync(
            ["clear_topic_permissions", user, "amq.topic"],
            0,
            $"Clearing topic permissions on \"amq.topic\" for user \"{user}\" in vhost \"{Host}\" ...\n");
        await ExpectAsync(
            ["clear_topic_permissions", user], 0, $"Clearing topic permissions for user \"{user}\" in vhost \"{Host}\" ...\n");
        await ExpectAsync(["clear_permissions", user], 0, $"Clearing permissions for user \"{user}\" in vhost \"{Host}\" ...\n");
        await ExpectAsync(["list_topic_permissions"], 0, $"Listing topic permissions for vhost \"{Host}\" ...\n\n");
    }

    [Test]
    public async Task Who_or_what_is_not_there_is_said_as_rabbitmqctl_does()
    {
        await ExpectAsync(
            ["set_permissions", "nosuch", ".*", ".*", ".*"],
            67,
            $"Setting permissions for user \"nosuch\" in vhost \"{Host}\" ...\n",
            "Error:\nUser nosuch does not exist\n");
        await ExpectAsync(
            ["list_permissions", "-p", "nosuch"],
            65,
            "Listing permissions for vhost \"nosuch\" ...\n",
            "Virtual host 'nosuch' does not exist\n");
        await ExpectAsync(
            ["list_user_permissions", "nosuch"],
            69,
            "Listing permissions for user \"nosuch\" ...\n",
            "Error:\n{:no_such_user, \"nosuch\"}\n");
        await ExpectAsync(["delete_vhost", "nosuch"], 65, "Deleting vhost \"nosuch\" ...\n", "Virtual host 'nosuch' does not exist\n");
        await ExpectAsync(
            ["clear_policy", "nosuch"], 69, $"Clearing policy \"nosuch\" on vhost \"{Host}\" ...\n", "Error:\nParameter does not exist\n");
    }

    [Test]
    public async Task Policies_are_set_listed_and_cleared()
    {
        await ExpectAsync(
            ["set_policy", "pol", "^a", """{"max-length":5}""", "--priority", "3", "--apply-to", "queues"], 0,
            $"Setting policy \"pol\" for pattern \"^a\" to \"{{\"max-length\":5}}\" with priority \"3\" for vhost \"{Host}\" ...\n");
        await ExpectAsync(
            ["list_policies"],
            0,
            $"Listing policies for vhost \"{Host}\" ...\n"
                + $"vhost\tname\tpattern\tapply-to\tdefinition\tpriority\n{Host}\tpol\t^a\tqueues\t{{\"max-length\":5}}\t3\n");
        await ExpectAsync(
            ["list_policies", "--formatter", "json"],
            0,
            $"[\n{{\"vhost\":\"{Host}\",\"name\":\"pol\",\"pattern\":\"^a\",\"apply-to\":\"queues\","
                + $"\"definition\":\"{{\\\"max-length\\\":5}}\",\"priority\":3}}\n]\n");
        await ExpectAsync(["clear_policy", "pol"], 0, $"Clearing policy \"pol\" on vhost \"{Host}\" ...\n");
        await ExpectAsync(["list_policies"], 0, $"Listing policies for vhost \"{Host}\" ...\n\n");
        await ExpectAsync(["-q", "set_policy", "pol", "^a", """{"max-length":5,"dead-letter-exchange":"x"}"""], 0, "");
        await ExpectAsync(["-s", "list_policies"], 0, $"{Host}\tpol\t^a\tall\t{{\"dead-letter-exchange\":\"x\",\"max-length\":5}}\t0\n");
        await ExpectAsync(["-q", "clear_policy", "pol"], 0, "");
        await ExpectAsync(["list_policies", "--formatter", "json"], 0, "[]\n");
        await ExpectAsync(
            ["set_operator_policy", "o", "^a", """{"max-length":5}"""],
            0,
            $"Setting operator policy override \"o\" for pattern \"^a\" to \"{{\"max-length\":5}}\" "
                + $"with priority \"0\" for vhost \"{Host}\" ...\n");
        await ExpectAsync(
            ["-s", "list_parameters"],
            0,
            "operator_policy\to\t{\"pattern\":\"^a\",\"definition\":{\"max-length\":5},\"priority\":0,\"apply-to\":\"all\"}\n");
        await ExpectAsync(["clear_operator_policy", "o"], 0, $"Clearing operator policy \"o\" on vhost \"{Host}\" ...\n");
    }

    [Test]
    public async Task Policies_that_cannot_be_are_refused()
    {
        await ExpectAsync(["-q", "set_policy", "p", "^a", "{bad"], 69, "", "Error:\nJSON decoding error. Reason: badarg\n");
        await ExpectAsync(
            ["-q", "set_policy", "p", "^a", """{"nosuch":5}"""],
            69,
            "",
            "Error:\nValidation failed\n\n[{<<\"nosuch\">>,5}] are not recognised policy settings\n\n");
        CliRun priority = await CtlRunHereAsync("set_policy", "p", "^a", "{}", "--priority", "x");
        Assert.That((priority.ExitCode, priority.Output), Is.EqualTo((64, "")));
        Assert.That(priority.Error, Does.StartWith(
            "Error (argument validation): Invalid options for this command:\n--priority : x\nArguments given:\n\t-n ref@localhost -p "));
    }

    [Test]
    public async Task Limits_are_set_listed_and_cleared()
    {
        string user = await NewUserAsync("");
        await ExpectAsync(
            ["set_vhost_limits", """{"max-connections": 64}"""],
            0,
            $"Setting vhost limits to \"{{\"max-connections\": 64}}\" for vhost \"{Host}\" ...\n");
        await ExpectAsync(["list_vhost_limits"], 0, $"Listing limits for vhost \"{Host}\" ...\n{{\"max-connections\":64}}\n");
        CliRun bad = await CtlRunHereAsync("set_vhost_limits", """{"max-queues":1,"nosuch":1}""");
        Assert.That(
            (bad.ExitCode, bad.Error),
            Is.EqualTo((69, "Error:\nValidation failed\n\nUnrecognised terms [{<<\"nosuch\">>,1}] in limits\n\n")));
        await ExpectAsync(["-q", "list_vhost_limits"], 0, "{\"max-connections\":64}\n");
        await ExpectAsync(["clear_vhost_limits"], 0, $"Clearing vhost \"{Host}\" limits ...\n");
        await ExpectAsync(["list_vhost_limits"], 0, $"Listing limits for vhost \"{Host}\" ...\n\n");
        await ExpectAsync(["-q", "clear_vhost_limits"], 69, "", "Error:\nParameter does not exist\n");
        await ExpectAsync(["-q", "list_user_limits", "--user", "nosuch"], 69, "", "Error:\n{:no_such_user, \"nosuch\"}\n");
        await ExpectAsync(
            ["set_user_limits", user, """{"max-channels": 64}"""],
            0,
            $"Setting user limits to \"{{\"max-channels\": 64}}\" for user \"{user}\" ...\n");
        await ExpectAsync(["list_user_limits", "--user", user], 0, $"Listing limits for user \"{user}\" ...\n{{\"max-channels\":64}}\n");
        await ExpectAsync(["clear_user_limits", user, "all"], 0, $"Clearing all limits for user \"{user}\" ...\n");
        await ExpectAsync(["list_user_limits", "--user", user], 0, $"Listing limits for user \"{user}\" ...\n{{}}\n");
    }

    [Test]
    public async Task A_virtual_host_is_added_described_and_deleted()
    {
        string name = NewName("v");
        await ExpectAsync(["add_vhost", name, "--description", "d x", "--tags", "a,b"], 0, $"Adding vhost \"{name}\" ...\n");
        await ExpectAsync(["add_vhost", name], 0, $"Adding vhost \"{name}\" ...\n");
        Assert.That(
            (await CtlRunHereAsync("-q", "list_vhosts", "name", "description", "tracing")).Lines,
            Does.Contain($"{name}\td x\tfalse"));
        await ExpectAsync(["set_vhost_tags", name, "c", "d"], 0, $"Setting tags for virtual host \"{name}\" to [c, d] ...\n");
        await ExpectAsync(
            ["restart_vhost", "-p", name],
            0,
            $"Trying to restart vhost '{name}' on node 'ref@localhost' ...\nVhost '{name}' is already running on node 'ref@localhost'\n");
        await ExpectAsync(["delete_vhost", name], 0, $"Deleting vhost \"{name}\" ...\n");
    }

    [TestCase("vhost_deletion_protection")]
    [TestCase("vhost_protection_from_deletion")] // the name in RabbitMQ's guide
    public async Task A_protected_virtual_host_is_not_deleted(string verb)
    {
        string name = NewName("v");
        await ExpectAsync(["add_vhost", name], 0, $"Adding vhost \"{name}\" ...\n");
        await ExpectAsync([$"enable_{verb}", name], 0, $"Protecting virtual host \"{name}\" from removal by updating its metadata...\n");
        Assert.That((await CtlRunHereAsync("-q", "list_vhosts", "name", "protected_from_deletion")).Lines, Does.Contain($"{name}\ttrue"));
        await ExpectAsync(
            ["delete_vhost", name], 69, $"Deleting vhost \"{name}\" ...\n",
            "Error:\nCannot delete this virtual host: it is protected from deletion. To lift the "
                + "protection, inspect and update its metadata\n");
        await ExpectAsync(
            [$"disable_{verb}", name], 0, $"Removing deletion protection from virtual host \"{name}\" by updating its metadata...\n");
        await ExpectAsync(["delete_vhost", name], 0, $"Deleting vhost \"{name}\" ...\n");
    }

    [Test]
    public async Task Global_parameters_are_set_listed_and_cleared()
    {
        string name = NewName("g");
        await ExpectAsync(
            ["set_global_parameter", name, """{"a":1}"""], 0, $"Setting global runtime parameter \"{name}\" to \"{{\"a\":1}}\" ...\n");
        Assert.That(
            (await CtlRunHereAsync("list_global_parameters")).Lines,
            Does.Contain("name\tvalue").And.Contain($"{name}\t{{\"a\":1}}"));
        await ExpectAsync(["clear_global_parameter", name], 0, $"Clearing global runtime parameter \"{name}\" ...\n");
        await ExpectAsync(
            ["clear_global_parameter", name],
            69,
            $"Clearing global runtime parameter \"{name}\" ...\n",
            "Error:\nParameter does not exist\n");
        await ExpectAsync(
            ["set_parameter", "foo", "bar", "\"x\""],
            69,
            $"Setting runtime parameter \"bar\" for component \"foo\" to \"\"x\"\" in vhost \"{Host}\" ...\n",
            "Error:\nValidation failed\n\ncomponent foo not found\n\n");
        await ExpectAsync(["list_parameters"], 0, $"Listing runtime parameters for vhost \"{Host}\" ...\n\n");
    }

    private async Task ExpectAsync(string[] arguments, int exitCode, string output, string error = "")
    {
        CliRun run = await CtlRunHereAsync(arguments);
        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((exitCode, output, error)), string.Join(' ', arguments));
    }
}
