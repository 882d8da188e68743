using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace AmqpBroker.Embedded.Processes;

/// <summary>Starts the processes of one broker: the first one, and one for each restart.</summary>
internal sealed class BrokerLaunch
{
    /// <summary>Exit code of <c>dotnet</c> if the runtime that a program needs is not installed.</summary>
    private const int NoRuntime = 150;

    private const int ReadAndExecute = 0b111_101_101;

    /// <summary>Parts of the lines that a native broker writes on a machine that cannot run it.</summary>
    private static readonly string[] _foreign =
        ["GLIBC_", "error while loading shared libraries", "The required instruction sets are not supported"];

    private readonly EmbeddedBrokerOptions _options;
    private readonly BrokerLog _log;
    private readonly string _configurationFile;
    private readonly string _dataDirectory;
    private IReadOnlyList<BrokerCommand> _commands;
    private int _port;
    private int _managementPort;

    /// <summary>Finds the broker, and writes its configuration file.</summary>
    /// <param name="options">Options of the caller.</param>
    /// <param name="log">Receives the output of the processes.</param>
    /// <param name="folder">Temporary folder, which receives the configuration file.</param>
    /// <param name="dataDirectory">Folder of the broker's data.</param>
    public BrokerLaunch(EmbeddedBrokerOptions options, BrokerLog log, string folder, string dataDirectory)
    {
        (_options, _log, _dataDirectory) = (options, log, dataDirectory);
        (_port, _managementPort) = (options.Port, options.ManagementPort);
        _commands = BrokerPrograms.Find(options.Program);
        _configurationFile = Path.Combine(folder, "broker.conf");
        File.WriteAllText(_configurationFile, ConfigurationText.Of(options.Settings));
    }

    /// <summary>Port for AMQP. It does not change after the first start.</summary>
    public int Port => _port;

    /// <summary>Port of the HTTP API. It does not change after the first start.</summary>
    public int ManagementPort => _managementPort;

    /// <summary>Starts a process, and waits until the broker is ready.</summary>
    /// <exception cref="EmbeddedBrokerException">The broker ended, or was not ready in time.</exception>
    /// <exception cref="PlatformNotSupportedException">No broker in the package runs on this machine.</exception>
    public async Task<BrokerChild> StartAsync(CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        foreach (BrokerCommand command in _commands)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Start(command, reasons) is not { } child)
                continue;
            StartupLine? ports = await ReadyAsync(child, cancellationToken).ConfigureAwait(false);
            if (ports is not null)
            {
                (_port, _managementPort) = (ports.Port, ports.ManagementPort);
                _commands = [command]; // a restart uses only this command
                return child;
            }

            int exitCode = await child.Exited.ConfigureAwait(false);
            if (!IsForeign(command, exitCode))
                throw new EmbeddedBrokerException(
                    $"The broker ended with exit code {exitCode} instead of starting. {_log.End}", _log.Lines);
            reasons.Add($"{command} ended with exit code {exitCode}. {_log.End}");
        }

        throw new PlatformNotSupportedException(
            $"The broker cannot run on {BrokerPrograms.Platform}. The package has executables for some platforms; on others, install the "
                + "ASP.NET Core 10 runtime (https://dotnet.microsoft.com/download/dotnet/10.0), or set the option Program to the path of "
                + $"amqpbroker. {string.Join(" ", reasons)}");
    }

    private BrokerChild? Start(BrokerCommand command, List<string> reasons)
    {
        try
        {
            // Some tools that copy or extract packages remove the permission to execute the file.
            if (command.IsBroker && !RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
                _ = SystemLibrary.ChangeMode(command.Executable, ReadAndExecute);
            return BrokerChild.Start(command, Arguments(), _log);
        }
        catch (Win32Exception exception)
        {
            reasons.Add($"{command} cannot be started: {exception.Message}.");
            return null;
        }
    }

    private IEnumerable<string> Arguments() =>
    [
        "serve", "--stop-when-stdin-closes", "--bind", "127.0.0.1", "--port", _port.ToString(CultureInfo.InvariantCulture),
        "--management-port", _managementPort.ToString(CultureInfo.InvariantCulture), "--data-dir", _dataDirectory,
        "--config", _configurationFile,
    ];

    /// <returns>The ports; null if the process has ended.</returns>
    private async Task<StartupLine?> ReadyAsync(BrokerChild child, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task first = await Task.WhenAny(child.Started, Task.Delay(_options.StartTimeout, limit.Token)).ConfigureAwait(false);
        limit.Cancel(); // frees the timer
        if (first == child.Started)
            return await child.Started.ConfigureAwait(false);

        child.Kill();
        await child.Exited.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        throw new EmbeddedBrokerException(
            $"The broker was not ready within {_options.StartTimeout.TotalSeconds} s. {_log.End}", _log.Lines);
    }

    /// <summary>
    /// True if the process ended because this machine lacks a runtime, a system library or a processor that the broker needs.
    /// </summary>
    private bool IsForeign(BrokerCommand command, int exitCode) =>
        command.IsBroker
            ? _log.Lines.Any(line => _foreign.Any(line.Contains))
            : exitCode == NoRuntime;
}
