using Amqp.Tests.Cli;

namespace Amqp.Tests.Migration;

/// <summary>Invalid command lines and refused logins have clear texts, and never show a password.</summary>
public sealed class MigrateUsageTests
{
    private MigrationPair _pair = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _pair = await MigrationPair.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _pair.DisposeAsync();

    [TestCase("--from http://x:hidden@h", 1, "--from: 'h' will not do; expected amqp://user:password@host:port")]
    [TestCase("--from amqp://", 1, "--from: 'amqp://' will not do; expected amqp://user:password@host:port")]
    [TestCase("--from amqp://x:hidden@h:99999", 1, "--from: 'h:99999' will not do; expected amqp://user:password@host:port")]
    [TestCase("--from amqp://h --to nonsense", 1, "--to: 'nonsense' will not do; expected amqp://user:password@host:port")]
    [TestCase("--from amqp://h --prefetch 0", 1, "--prefetch: '0' will not do; expected a whole number from 1 to 10000")]
    [TestCase("--from amqp://h --copy --state f", 1, "Give --copy or --state, not both: a copy cannot be resumed.")]
    [TestCase("--from amqp://h --copy --definitions", 1, "--copy is about messages. Give --messages too, or leave out --definitions.")]
    [TestCase("--from amqp://h --only [", 64, "--only: '[' is not a regular expression")]
    [TestCase("--from amqp://h --api ftp://x:hidden@h", 64, "--api: 'h' is not the URL of an HTTP API; expected")]
    [TestCase("--from amqp://127.0.0.1:1 --api http://127.0.0.1:1", 69, "No broker answers at http://127.0.0.1:1")]
    [TestCase("--from amqp://127.0.0.1:1 --api SOURCE", 69, "The source does not answer: amqp://127.0.0.1:1/%2F: Connection refused")]
    [TestCase("--from amqp://guest:hidden@AMQP --api SOURCE", 77, "The source refuses: amqp://AMQP/%2F: ACCESS_REFUSED")]
    [TestCase("--from amqp://x@AMQP --api SOURCE", 64, "There is no password for 'x'. Give it in --from")]
    [TestCase("--from AMQP --api http://guest:hidden@HTTP", 77, "http://HTTP refuses the login of 'guest'. Give name and")]
    [TestCase("--from amqp://AMQP/nope --api SOURCE", 67, "There is no virtual host 'nope' at amqp://AMQP")]
    [TestCase("--from amqp://AMQP --api SOURCE --only nope", 67, "No queue at amqp://AMQP matches")]
    [TestCase("--from amqp://AMQP --api SOURCE --to amqp://AMQP", 64, "The source and the target are the same broker, amqp://AMQP")]
    [TestCase("--from amqp://AMQP --api SOURCE --to amqp://127.0.0.1:1", 69, "The target does not answer: amqp://127.0.0.1:1/%2F")]
    [TestCase("--from amqp://AMQP --api SOURCE --to amqp://guest:hidden@TARGET", 77, "The target refuses: amqp://TARGET/%2F: ACCESS_")]
    [TestCase("--from amqp://AMQP --api SOURCE --state /nonexistent/f", 64, "Cannot write /nonexistent/f")]
    public async Task A_mistake_is_named(string arguments, int code, string text)
    {
        await _pair.Here.DeclareAsync("q");
        CliRun run = await RunAsync(arguments);

        Assert.That(run.ExitCode, Is.EqualTo(code), run.Error);
        Assert.That(run.Error, Does.StartWith($"amqpbroker: {Filled(text)}"));
        Assert.That(run.Error + run.Output, Does.Not.Contain("hidden"));
    }

    [Test]
    public async Task A_state_of_other_brokers_is_refused()
    {
        string file = $"{_pair.State}.other";
        await File.WriteAllTextAsync(file, """{"source":"amqp://old:5672","target":"amqp://new:5672","runs":1,"queues":[]}""");

        CliRun run = await RunAsync($"--from amqp://AMQP --api SOURCE --state {file}");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((65, Filled(
            $"amqpbroker: {file} is the state of a migration from amqp://old:5672 to amqp://new:5672, and not from amqp://AMQP to "
                + "amqp://TARGET. Name another file with --state.\n"))));
    }

    [Test]
    public async Task A_file_that_is_no_state_is_refused()
    {
        string file = $"{_pair.State}.text";
        await File.WriteAllTextAsync(file, "nonsense");

        CliRun run = await RunAsync($"--from amqp://AMQP --api SOURCE --state {file}");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo(
            (65, $"amqpbroker: {file} is not the state of a migration. Name another file with --state.\n")));
        Assert.That(await File.ReadAllTextAsync(file), Is.EqualTo("nonsense"));
    }

    [Test]
    public async Task A_user_of_the_source_who_is_no_administrator_is_told_so()
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));
        using var content = new StringContent(
            """{"password":"hidden","tags":"management"}""", System.Text.Encoding.UTF8, "application/json");
        await http.PutAsync($"http://127.0.0.1:{_pair.Source.ManagementPort}/api/users/viewer", content);

        CliRun run = await RunAsync("--from amqp://AMQP --api http://viewer:hidden@HTTP");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((77,
            "amqpbroker: 'viewer' may not do that: Not administrator user. The request needs the tag administrator.\n")));
    }

    private Task<CliRun> RunAsync(string arguments) => CliRun.HereAsync(
        [
            "migrate", "--url", $"http://127.0.0.1:{_pair.Target.ManagementPort}", .. Filled(arguments).Split(' '),
            .. arguments.Contains("--state", StringComparison.Ordinal) || arguments.Contains("--copy", StringComparison.Ordinal)
                ? (string[])[]
                : ["--state", _pair.State],
        ],
        new Dictionary<string, string>());

    /// <summary>Puts in the addresses of the brokers.</summary>
    private string Filled(string text) => text
        .Replace("--from AMQP", "--from amqp://AMQP", StringComparison.Ordinal)
        .Replace("SOURCE", "http://guest:guest@HTTP", StringComparison.Ordinal)
        .Replace("AMQP/", $"127.0.0.1:{_pair.Source.Port}/", StringComparison.Ordinal)
        .Replace("@AMQP", $"@127.0.0.1:{_pair.Source.Port}", StringComparison.Ordinal)
        .Replace("//AMQP", $"//127.0.0.1:{_pair.Source.Port}", StringComparison.Ordinal)
        .Replace("TARGET", $"127.0.0.1:{_pair.Target.Port}", StringComparison.Ordinal)
        .Replace("@HTTP", $"@127.0.0.1:{_pair.Source.ManagementPort}", StringComparison.Ordinal)
        .Replace("//HTTP", $"//127.0.0.1:{_pair.Source.ManagementPort}", StringComparison.Ordinal);
}
