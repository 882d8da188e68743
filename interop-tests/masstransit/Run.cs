using MassTransit;

namespace MassTransit8;

/// <summary>The arguments of a program, and the lines that the program and its consumers print. Any thread may print.</summary>
/// <param name="broker">The broker's URL.</param>
/// <param name="limit">Maximum time for the start and for all lines that the program waits for.</param>
/// <param name="queue">The queue of the program's endpoint.</param>
/// <param name="other">The queue of the program's second endpoint, if it has one.</param>
internal sealed class Run(Uri broker, TimeSpan limit, string queue, string other) : IDisposable
{
    /// <summary>Time that stopping the bus may take after the limit has passed.</summary>
    public static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _deadline = new(limit);
    private readonly SemaphoreSlim _printed = new(0); // counts the printed lines for which PrintedAsync has not waited yet

    public string Queue => queue;

    public string Other => other;

    /// <summary>Address of the endpoint that consumes from <see cref="Queue"/>. A message sent to it reaches no other endpoint.</summary>
    public Uri Address { get; } = new($"queue:{queue}");

    /// <summary>Starts a bus with these endpoints. The task completes when all endpoints consume.</summary>
    public Task<StartedBus> StartBusAsync(Action<IRabbitMqBusFactoryConfigurator> endpoints) =>
        StartedBus.StartAsync(broker, endpoints, _deadline.Token);

    public async Task PrintAsync(string line)
    {
        await Console.Out.WriteLineAsync($" [x] {line}");
        _printed.Release();
    }

    /// <summary>Waits until the program and its consumers have printed this number of further lines.</summary>
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
