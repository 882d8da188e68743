using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>A command uses the right address and login, or prints why it cannot reach the broker or cannot log in.</summary>
public sealed class LoginTests : CliTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("queues")]
    [TestCase("ctl list_queues")]
    public async Task A_broker_that_is_not_there_is_said_with_what_to_do(string command)
    {
        CliRun run = await RunAsync([.. command.Split(' '), "--url", "http://127.0.0.1:1"]);

        Assert.That(run.ExitCode, Is.EqualTo(69));
        Assert.That(run.Error, Does.Contain("No broker answers at http://127.0.0.1:1 (Connection refused").And.Contain("--url"));
    }

    [Test]
    public async Task Something_else_than_a_broker_is_told_from_one()
    {
        int port = (await BrokerTarget.UriAsync).Port;

        CliRun run = await RunAsync("status", "--url", $"127.0.0.1:{port}");

        Assert.That(run.ExitCode, Is.EqualTo(69));
        Assert.That(run.Error, Does.Contain("HTTP API"));
    }

    [Test]
    public async Task A_wrong_password_is_refused_and_never_printed()
    {
        CliRun run = await RunAsync("queues", "--user", "guest", "--password", "geheim");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((77, "")));
        Assert.That(run.Error, Does.Contain("refuses the login of 'guest'").And.Not.Contain("geheim"));
    }

    [Test]
    public async Task A_user_without_a_password_is_asked_for_one_only_on_a_terminal()
    {
        CliRun run = await RunAsync("queues", "--user", "somebody");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo(
            (64, "amqpbroker: There is no password for 'somebody'. Give it with --password, AMQPBROKER_PASSWORD or a profile.\n")));
    }

    [Test]
    public async Task Who_lacks_a_tag_is_told_which()
    {
        string user = await NewUserAsync("management", Host);

        CliRun run = await RunAsync("users", "-u", user, "--password", "secret");

        Assert.That(
            (run.ExitCode, run.Error),
            Is.EqualTo((77, $"amqpbroker: '{user}' may not do that: Not administrator user. The request needs the tag administrator.\n")));
        CliRun status = await RunAsync("status", "-u", user, "--password", "secret");
        Assert.That((status.ExitCode, status.Error), Is.EqualTo((0, "")), "values that the user may not read are left out");
    }

    [Test]
    public async Task The_environment_says_who_logs_in()
    {
        string user = await NewUserAsync("management", Host);
        var environment = await TargetAsync();
        (environment["AMQPBROKER_USER"], environment["AMQPBROKER_PASSWORD"], environment["AMQPBROKER_VHOST"]) = (user, "secret", Host);

        CliRun run = await CliRun.RunAsync(["queues", "declare", "q"], environment: environment);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, $"Declared queue 'q' in virtual host '{Host}'.\n")));
    }

    [Test]
    public async Task A_profile_says_it_all()
    {
        string user = await NewUserAsync("management", Host);
        string file = await WriteProfilesAsync($$"""
            {
              "default": "test", // this line shows that a profile file may contain comments
              "profiles": { "test": { "url": "{{await BrokerTarget.ApiUriAsync()}}", "user": "{{user}}", "password": "secret", "vhost": "{{Host}}" } },
            }
            """);

        CliRun run = await CliRun.RunAsync(["queues", "declare", "q", "--config", file]);

        Assert.That((run.ExitCode, run.Error, run.Output), Is.EqualTo((0, "", $"Declared queue 'q' in virtual host '{Host}'.\n")));
    }

    [Test]
    public async Task A_profile_that_is_not_there_is_named_with_the_one_that_may_be_meant()
    {
        string file = await WriteProfilesAsync("""{"profiles":{"production":{}}}""");

        CliRun run = await CliRun.RunAsync(["queues", "--config", file, "--profile", "prodution"]);

        Assert.That(
            (run.ExitCode, run.Error),
            Is.EqualTo((78, $"amqpbroker: {file}: there is no profile 'prodution'; did you mean 'production'?\n")));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "It has no such permissions.")]
    public async Task Profiles_with_passwords_that_others_can_read_are_refused()
    {
        string file = await WriteProfilesAsync("""{"profiles":{"a":{"password":"p"}}}""");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        CliRun run = await CliRun.RunAsync(["queues", "--config", file]);

        Assert.That(
            (run.ExitCode, run.Error),
            Is.EqualTo((78, $"amqpbroker: {file} holds passwords and others can read or write it. Close it with: chmod 600 {file}.\n")));
    }

    [Test]
    public async Task A_file_of_profiles_that_is_not_JSON_is_refused_with_the_line()
    {
        string file = await WriteProfilesAsync("{\n\"profiles\": [\n");

        CliRun run = await CliRun.RunAsync(["queues", "--config", file]);

        Assert.That(run.ExitCode, Is.EqualTo(78));
        Assert.That(run.Error, Does.StartWith($"amqpbroker: {file}:3: "));
    }

    private async Task<string> WriteProfilesAsync(string json)
    {
        string file = Path.Combine(_folder, "profiles.json");
        await File.WriteAllTextAsync(file, json);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
