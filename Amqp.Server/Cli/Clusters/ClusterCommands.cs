using System.CommandLine;

namespace Amqp.Server.Cli.Clusters;

/// <summary>The commands that prepare a cluster. They need no broker.</summary>
internal static class ClusterCommands
{
    /// <summary>Creates the command <c>cluster</c> with its subcommands.</summary>
    public static Command Create() => new("cluster", "Prepare a cluster of brokers. See docs/cluster.md.") { Certificates() };

    private static Command Certificates()
    {
        var directory = new Argument<string>("directory") { Description = "Directory for the files. Files that exist are not replaced." };
        var nodes = new Option<string>("--nodes")
        {
            Description = "Names of the nodes, separated by commas. Each gets a certificate and a key.",
            Required = true,
        };
        var days = new Option<int>("--days") { Description = "Days until the certificates expire.", DefaultValueFactory = _ => 3650 };
        var command = new Command(
            "certificates",
            "Make an authority, and a certificate for each node, by which the nodes of a cluster know each other. An authority that is "
                + "in the directory already is used again, for further nodes or new certificates.")
        {
            directory, nodes, days,
        };
        command.SetAction(result =>
        {
            InvocationConfiguration streams = result.InvocationConfiguration;
            string[] names = result.GetRequiredValue(nodes)
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (names.Length == 0 || result.GetValue(days) is < 1 or > 36_500 || Array.Exists(names, IsNoFileName))
            {
                streams.Error.WriteLine("amqpbroker: --nodes needs names that can be file names, and --days a number from 1 to 36500.");
                return ExitCode.Usage;
            }
            try
            {
                foreach (string file in new NodeCertificates(result.GetRequiredValue(directory), result.GetValue(days)).Make(names))
                    streams.Output.WriteLine(file);
                return ExitCode.Ok;
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException
                or System.Security.Cryptography.CryptographicException or ArgumentException)
            {
                streams.Error.WriteLine($"amqpbroker: {cause.Message.TrimEnd('.')}.");
                return ExitCode.Failure;
            }
        });
        return command;
    }

    private static bool IsNoFileName(string name) => name.Contains('/') || name.StartsWith('.') || name.Contains('\0');
}
