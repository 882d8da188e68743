namespace Amqp.Tests.Cli;

public sealed class ExplanationCommandTests : CliTests
{
    [Test]
    public async Task The_arguments_of_a_queue_are_a_table()
    {
        await HereAsync("queues", "declare", "q", "-p", Host, "-a", "x-max-length=100");
        await HereAsync("policies", "declare", "limits", "^q$", "max-length=50", "-p", Host);

        CliRun run = await HereAsync("queues", "arguments", "q", "-p", Host);
        CliRun none = await RunHereAsync("queues", "arguments", "none", "-p", Host);

        Assert.That(run.Lines[0], Does.Match("^key +value +source +policy +applies +reason$"));
        Assert.That(run.Lines[1], Does.Match("^max-length +50 +policy +limits +yes +-$"));
        Assert.That(run.Lines[2], Does.Match("^max-length +100 +argument +- +no +the smaller number applies, 50 of the policy 'limits'$"));
        Assert.That(none.ExitCode, Is.EqualTo(67));
    }

    [Test]
    public async Task A_permission_is_checked_with_an_exit_code()
    {
        string user = await NewUserAsync("");
        await HereAsync("permissions", "set", user, "-p", Host, "--read", "^r");

        CliRun yes = await RunHereAsync("permissions", "check", user, "read", "r1", "-p", Host);
        CliRun no = await RunHereAsync("permissions", "check", user, "read", "w1", "-p", Host);
        CliRun nobody = await RunHereAsync("permissions", "check", "no-such-user", "read", "q", "-p", Host);
        CliRun wrong = await RunHereAsync("permissions", "check", user, "see", "q", "-p", Host);

        Assert.That((yes.ExitCode, yes.Lines[0]), Is.EqualTo((0, "Allowed: The read expression '^r' matches 'r1'.")));
        Assert.That((no.ExitCode, no.Lines[0]), Is.EqualTo((77, "Refused: The read expression '^r' does not match 'w1'.")));
        Assert.That((nobody.ExitCode, wrong.ExitCode), Is.EqualTo((67, 1)));
    }

    [Test]
    public async Task A_policy_is_previewed()
    {
        await HereAsync("queues", "declare", "q", "-p", Host);

        CliRun run = await HereAsync("policies", "preview", "limits", "^q$", "max-length=50", "-p", Host);

        Assert.That(run.Lines[0], Does.Match("^type +name +before +after +overruled_by$"));
        Assert.That(run.Lines[1], Does.Match("^queue +q +- +{\"max-length\":50} +-$"));
        Assert.That(run.Lines[2], Is.EqualTo($"Policy 'limits' in virtual host '{Host}' would change 1 objects, and matches 1."));
        Assert.That((await GetAsync($"/policies/{Host}/limits")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task A_file_is_compared_with_the_broker()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"queues":[{"name":"q","durable":true,"auto_delete":false,"arguments":{}}]}""");
        try
        {
            CliRun run = await HereAsync("definitions", "diff", file, "-p", Host);

            Assert.That(run.Lines[1], Does.Match($"^added +queue +{Host} +q +- +- +-$"));
            Assert.That(run.Lines[^1], Is.EqualTo("1 added, 0 changed, 0 the same, 0 left out."));
            Assert.That((await GetAsync($"/queues/{Host}/q")).Code, Is.EqualTo(404));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
