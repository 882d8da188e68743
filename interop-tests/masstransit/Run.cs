using MassTransit;

namespace MassTransit8;

/// <summary>The arguments of a program, and the lines that the program and its consumers print. Any thread may print.</summary>
/// <param name="broker">The broker's URL.</param>
/// <param name="limit">Maximum time for the start and for all lines that the program waits for.</param>
/// <param name="queue">The queue of the program's endpoint.</param>
/// <param name="other">The queue of the second endpoint, in a program that has two.</param>
internal sealed class Run(Uri broker, TimeSpan limit, string queue, string other) : IDisposable
{
    /// <summary>Time to stop the bus in good order, after the limit has passed.</summary>
    public static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _deadline = new(limit);
    private readonly SemaphoreSlim _printed = new(0); // counts the lines that were printed and not waited for yet

    public string Queue => queue;

    public string Other => other;

    /// <summary>Address for messages that only the endpoint of <see cref="Queue"/> is to receive.</summary>
    public Uri Address { get; } = new($"queue:{queue}");

    /// <summary>Starts a bus with these endpoints. Completes when all endpoints consume.</summary>
    public Task<StartedBus> StartBusAsync(Action<IRabbitMqBusFactoryConfigurator> endpoints) =>
        StartedBus.StartAsync(broker, endpoints, _deadline.Token);

    public async Task PrintAsync(string line)
    {
        await Console.Out.WriteLineAsync($" [x] {line}");
        _printed.Release();
    }

    /// <summary>Waits until this number of lines have been printed.</summary>
    /// <exception cref="OperationCanceledException">The lines were not printed within the limit.</exception>
    public async Task PrintedAsync(int lines)
    {
        for (int line = 0; line < lines; line++)
            await _printed.WaitAsync(_deadline.Token);
    }

    public void Dispose()
    {
        _deadline.Dispose();
        _printed.Dispose();
    }
}
