using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Cli;
using Amqp.Server.Configuration;
using Amqp.Storage;
using Amqp.Storage.Faults;

namespace Amqp.Server.Hosting;

/// <summary>Runs a broker from start to stop. If the start fails, prints one sentence.</summary>
internal static class BrokerRun
{
    /// <summary>Runs the broker until the process is told to stop.</summary>
    /// <param name="configuration">A configuration without errors.</param>
    /// <param name="error">Receives the reason if the start fails.</param>
    /// <param name="cancellation">Stops the broker as SIGTERM does.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(BrokerConfiguration configuration, TextWriter error, CancellationToken cancellation)
    {
        WebApplication app;
        try
        {
            app = await StartAsync(configuration, leader: null, cancellation);
        }
        catch (Exception exception) when (Sentence(exception, configuration.Options) is { } sentence)
        {
            await error.WriteLineAsync($"amqpbroker: {sentence}");
            return ExitCodeOf(exception);
        }
        await using (app)
        {
            await app.WaitForShutdownAsync(cancellation);
            return ExitCode.Ok;
        }
    }

    /// <summary>Starts the broker.</summary>
    /// <param name="configuration">A configuration without errors.</param>
    /// <param name="leader">The data directory if other nodes follow its changes; else null.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="Exception">The start has failed. <see cref="Sentence"/> says why.</exception>
    public static async Task<WebApplication> StartAsync(
        BrokerConfiguration configuration, LeaderDirectory? leader, CancellationToken cancellation)
    {
        WebApplication app = BrokerHost.Build(configuration); // fails if the certificates are unusable
        try
        {
            app.Services.GetRequiredService<BrokerOpening>().Leader = leader;
            app.Services.GetRequiredService<LastResort>().Watch();
            await app.StartAsync(cancellation);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns the exit code of a start that has failed.</summary>
    public static int ExitCodeOf(Exception failure) =>
        failure is ConfigurationException or StartDefinitionsException ? ExitCode.Configuration : ExitCode.Failure;

    /// <summary>Returns the sentence that a user needs after a failed start.</summary>
    /// <returns>Null for other exceptions: they are bugs of the broker, and a bug report needs their stack trace.</returns>
    public static string? Sentence(Exception exception, BrokerOptions options) => exception switch
    {
        StartException or StartDefinitionsException => exception.Message,
        DataDirectoryException => $"{Capital(exception.Message)}. Choose another with --data-dir, or see to this one.",
        StoreDamagedException =>
            $"The data directory {options.DataDirectory} is damaged: {exception.Message}. Restore it from "
                + "a backup, or choose another with --data-dir.",
        StoreFailedException or StoreFullException =>
            $"Cannot write to the data directory {options.DataDirectory}: {exception.Message}. Check its "
                + "disk, or choose another folder with --data-dir.",
        IOException or UnauthorizedAccessException =>
            $"Cannot use the data directory {options.DataDirectory}: {exception.Message} Choose another with --data-dir.",
        _ => null,
    };

    private static string Capital(string sentence) => string.Concat(sentence[..1].ToUpperInvariant(), sentence.AsSpan(1));
}
