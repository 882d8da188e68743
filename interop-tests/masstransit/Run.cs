using MassTransit;

namespace MassTransit8;

/// <summary>The arguments of a program. Also prints the lines of the program and of its consumers, on any thread.</summary>
/// <param name="broker">The broker's URL.</param>
/// <param name="limit">Time limit for the start of the bus and for all printed lines together.</param>
/// <param name="queue">The queue of the program's endpoint.</param>
/// <param name="other">The queue of the program's second endpoint, if it has one.</param>
internal sealed class Run(Uri broker, TimeSpan limit, string queue, string other) : IDisposable
{
    /// <summary>Additional time in which the bus may stop after the limit.</summary>
    public static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _deadline = new(limit);
    private readonly SemaphoreSlim _printed = new(0); // its count is the number of printed lines that PrintedAsync has not consumed

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

    /// <summary>Waits until the given number of further lines are printed.</summary>
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
