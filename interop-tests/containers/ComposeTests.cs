namespace Containers;

/// <summary>Starts the services of <c>docker-compose.yml</c> with the image under test.</summary>
public sealed class ComposeTests
{
    private const string Project = "amqpbroker-test";

    private static readonly Dictionary<string, string> _ports = new() { ["AMQP_PORT"] = "0", ["HTTP_PORT"] = "0" };

    [Test]
    public async Task Compose_starts_the_broker_and_the_samples_that_use_it()
    {
        string[]? compose = await FindComposeAsync();
        if (compose is null)
            ImageUnderTest.Skip("Docker Compose is not installed: apt-get install docker-compose");
        await Samples.DemandAsync();
        try
        {
            await ComposeAsync(compose!, "up", "-d", "--no-build");

            Assert.Multiple(async () =>
            {
                Assert.That(await ExitCodeAsync(compose!, "producer"), Is.EqualTo("0"));
                Assert.That(await ExitCodeAsync(compose!, "consumer"), Is.EqualTo("0"));
                Assert.That(await ComposeAsync(compose!, "logs", "consumer"), Does.Contain("Hello"));
            });
        }
        finally
        {
            await ComposeAsync(compose!, "down", "-v", "-t", "30");
        }
    }

    [TestCase("monitoring")]
    public async Task Compose_accepts_the_file_with_the_profile(string profile)
    {
        string[]? compose = await FindComposeAsync();
        if (compose is null)
            ImageUnderTest.Skip("Docker Compose is not installed: apt-get install docker-compose");

        string services = await ComposeAsync([.. compose!, "--profile", profile], "config", "--services");

        Assert.That(
            services.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            Is.EquivalentTo(["broker", "producer", "consumer", "prometheus", "grafana"]));
    }

    private static async Task<string> ExitCodeAsync(string[] compose, string service)
    {
        string container = (await ComposeAsync(compose, "ps", "-a", "-q", service)).Trim();
        return await Shell.DockerAsync("wait", container);
    }

    private static async Task<string> ComposeAsync(string[] compose, params string[] arguments)
    {
        var run = await Shell.TryAsync(compose[0], [.. compose[1..], "-p", Project, .. arguments], environment: _ports);
        Assert.That(run.Code, Is.Zero, $"docker compose {string.Join(' ', arguments)}: {run.Error}{run.Output}");
        return run.Output;
    }

    /// <summary>
    /// Returns the command that starts Docker Compose: <c>docker compose</c> or <c>docker-compose</c>. Null if neither is installed.
    /// </summary>
    private static async Task<string[]?> FindComposeAsync()
    {
        string[][] candidates = [[Shell.Client, "compose"], ["docker-compose"]];
        foreach (string[] words in candidates)
        {
            if ((await Shell.TryAsync(words[0], [.. words[1..], "version"])).Code == 0)
                return words;
        }
        return null;
    }
}
