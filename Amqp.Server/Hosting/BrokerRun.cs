using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Cli;
using Amqp.Server.Configuration;
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
        WebApplication? app = null;
        try
        {
            try
            {
                app = BrokerHost.Build(configuration); // fails if the certificates are unusable
                app.Services.GetRequiredService<LastResort>().Watch();
                await app.StartAsync(cancellation);
            }
            catch (Exception exception) when (Sentence(exception, configuration.Options) is { } sentence)
            {
                await error.WriteLineAsync($"amqpbroker: {sentence}");
                return exception is ConfigurationException or StartDefinitionsException ? ExitCode.Configuration : ExitCode.Failure;
            }

            await app.WaitForShutdownAsync(cancellation);
            return ExitCode.Ok;
        }
        finally
        {
            if (app is not null)
                await app.DisposeAsync();
        }
    }

    // Returns null for other exceptions: they are bugs of the broker, and a bug report needs their stack trace.
    private static string? Sentence(Exception exception, BrokerOptions options) => exception switch
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
