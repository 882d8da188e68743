using System.Globalization;
using Amqp.Tests.Architecture;
using Amqp.Tests.Cli;
using Amqp.Tests.Interop;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management.Recorded;

/// <summary>
/// Runs RabbitMQ's command line tool for its HTTP API: the unchanged Python script from Debian's package rabbitmq-server.
/// </summary>
internal static class RabbitMqAdmin
{
    private static readonly string[] _places =
        ["/usr/bin/rabbitmqadmin", "/usr/sbin/rabbitmqadmin", Path.Combine(SourceTree.Root, "artifacts/rabbitmqadmin")];

    public static string Script => _places.FirstOrDefault(File.Exists)
        ?? throw new IgnoreException($"rabbitmqadmin is in none of {string.Join(", ", _places)}; .ci/run fetches it");

    /// <summary>Runs the broker's own replacement for the script, within this process.</summary>
    public static async Task<CommandResult> RunOwnAsync(params IEnumerable<string> arguments)
    {
        var api = await BrokerTarget.ApiUriAsync();
        CliRun run = await CliRun.HereAsync(
            ["rabbitmqadmin", "--host", api.Host, "--port", api.Port.ToString(CultureInfo.InvariantCulture), .. arguments],
            new Dictionary<string, string>());
        return new CommandResult(run.ExitCode == 0, run.Output + run.Error);
    }

    public static async Task<CommandResult> RunAsync(params IEnumerable<string> arguments)
    {
        var api = await BrokerTarget.ApiUriAsync();
        return await Command.RunAsync(
            "/usr/bin/python3", [Script, "--host", api.Host, "--port", api.Port.ToString(CultureInfo.InvariantCulture), .. arguments]);
    }
}
