using System.Globalization;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using RabbitMQ.Client;

namespace Containers;

/// <summary>A container that runs the image under test, on random ports of this machine.</summary>
internal sealed class BrokerContainer : IAsyncDisposable
{
    private const string Started = "Server startup complete";
    private const int AmqpPort = 5672;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly IContainer _container;

    private BrokerContainer(IContainer container) => _container = container;

    /// <summary>Starts a container and waits until the broker serves clients.</summary>
    /// <param name="configure">Adds environment variables, mounts or a command.</param>
    public static async Task<BrokerContainer> StartAsync(Func<ContainerBuilder, ContainerBuilder>? configure = null)
    {
        ContainerBuilder builder = new ContainerBuilder(ImageUnderTest.Name)
            .WithPortBinding(AmqpPort, assignRandomHostPort: true)
            .WithPortBinding(15672, assignRandomHostPort: true)
            .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged(Started));
        IContainer container = (configure is null ? builder : configure(builder)).Build();
        await container.StartAsync();
        return new BrokerContainer(container);
    }

    /// <summary>Returns the AMQP URI of the broker.</summary>
    public async Task<Uri> UriAsync(string login = "guest:guest")
    {
        // The ports change when the container is restarted.
        string address = (await Shell.DockerAsync("port", _container.Id, $"{AmqpPort}")).Split('\n')[0];
        return new Uri($"amqp://{login}@127.0.0.1:{address[(address.LastIndexOf(':') + 1)..]}/");
    }

    /// <summary>Address of the container in Docker's network.</summary>
    public async Task<string> AddressAsync() =>
        await Shell.DockerAsync("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", _container.Id);

    /// <summary>Connects to the broker with RabbitMQ.Client.</summary>
    public async Task<IConnection> ConnectAsync(string login = "guest:guest") =>
        await new ConnectionFactory { Uri = await UriAsync(login), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    /// <summary>Runs a command in the container, without a shell.</summary>
    public async Task<(long Code, string Output, string Error)> ExecAsync(params string[] command)
    {
        ExecResult result = await _container.ExecAsync(command);
        return (result.ExitCode!.Value, result.Stdout, result.Stderr);
    }

    /// <summary>Kills the broker with SIGKILL and starts the container again.</summary>
    public async Task KillAndStartAsync()
    {
        await Shell.DockerAsync("kill", _container.Id);
        await StartAgainAsync();
    }

    /// <summary>Stops the broker with SIGTERM and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await Shell.DockerAsync("stop", "-t", "60", _container.Id);
        return int.Parse(await InspectAsync("{{.State.ExitCode}}"), CultureInfo.InvariantCulture);
    }

    /// <summary>Starts a stopped container and waits until the broker serves clients.</summary>
    public async Task StartAgainAsync()
    {
        int starts = Starts(await LogAsync());
        await Shell.DockerAsync("start", _container.Id);
        await EventuallyAsync(async () => Starts(await LogAsync()) > starts, "the broker did not start again");
    }

    /// <summary>Returns a field of the output of <c>docker inspect</c>.</summary>
    public Task<string> InspectAsync(string format) => Shell.DockerAsync("inspect", "-f", format, _container.Id);

    public async Task<string> LogAsync()
    {
        (_, string output, string error) = await Shell.TryAsync(Shell.Client, ["logs", _container.Id]);
        return output + error;
    }

    /// <summary>Waits for a condition, and fails after a minute.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> condition, string failure)
    {
        using var limit = new CancellationTokenSource(_patience);
        while (!await condition())
        {
            Assert.That(limit.IsCancellationRequested, Is.False, failure);
            await Task.Delay(100);
        }
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();

    private static int Starts(string log) => log.Split(Started).Length - 1;
}
