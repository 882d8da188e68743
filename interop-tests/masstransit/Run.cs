using MassTransit;

namespace MassTransit8;

/// <summary>What a program is told on its command line, and the lines that it and its consumers print. Any thread may print.</summary>
/// <param name="broker">The broker's URL.</param>
/// <param name="limit">How long the start and all that is waited for may take.</param>
/// <param name="queue">The queue of the program's endpoint.</param>
/// <param name="other">The queue of its second endpoint, where it has one.</param>
internal sealed class Run(Uri broker, TimeSpan limit, string queue, string other) : IDisposable
{
    /// <summary>How much longer a run may take when its limit has passed, to stop in good order.</summary>
    public static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _deadline = new(limit);
    private readonly SemaphoreSlim _printed = new(0); // what has been printed and not yet waited for

    public string Queue => queue;

    public string Other => other;

    /// <summary>The address to send to when only the endpoint of <see cref="Queue"/> shall receive it.</summary>
    public Uri Address { get; } = new($"queue:{queue}");

    /// <summary>A bus with these endpoints, all of which consume when it returns.</summary>
    public Task<StartedBus> StartBusAsync(Action<IRabbitMqBusFactoryConfigurator> endpoints) =>
        StartedBus.StartAsync(broker, endpoints, _deadline.Token);

    public async Task PrintAsync(string line)
    {
        await Console.Out.WriteLineAsync($" [x] {line}");
        _printed.Release();
    }

    /// <summary>Returns when so many lines have been printed.</summary>
    /// <exception cref="OperationCanceledException">They were not when the time was up.</exception>
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
