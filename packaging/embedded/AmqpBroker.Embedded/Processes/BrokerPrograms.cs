using System.Runtime.InteropServices;

namespace AmqpBroker.Embedded.Processes;

/// <summary>Finds the broker that the package carries: an executable for this platform, else the portable build.</summary>
internal static class BrokerPrograms
{
    /// <summary>Name of the folder of the portable build, below the folder of the program that uses the package.</summary>
    private const string PortableFolder = "amqpbroker-portable";

    /// <summary>Runtime identifier of this process, such as <c>linux-x64</c>.</summary>
    public static string Platform
    {
        get
        {
            string system = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "win"
                : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "osx" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <summary>Returns the commands that may run a broker, the preferred command first.</summary>
    /// <param name="program">Path that the caller chose; null for the broker in the package.</param>
    /// <exception cref="FileNotFoundException">The caller's path leads to no file.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no broker beside this program.</exception>
    public static IReadOnlyList<BrokerCommand> Find(string? program)
    {
        if (program is not null)
        {
            return File.Exists(program)
                ? [program.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? Portable(program) : new BrokerCommand(program, null)]
                : throw new FileNotFoundException($"The option Program names {program}, which does not exist.", program);
        }

        string name = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "amqpbroker.exe" : "amqpbroker";
        string folder = AppContext.BaseDirectory;
        // If the calling program was built for a single platform, the native files are in the program's own folder.
        string[] native = [Path.Combine(folder, "runtimes", Platform, "native", name), Path.Combine(folder, name)];
        string portable = Path.Combine(folder, PortableFolder, "amqpbroker.dll");
        BrokerCommand[] found =
        [
            .. native.Where(path => File.Exists(path) && IsComplete(path))
                .Take(1)
                .Select(path => new BrokerCommand(path, null)),
            .. File.Exists(portable) ? [Portable(portable)] : Array.Empty<BrokerCommand>(),
        ];
        return found.Length > 0
            ? found
            : throw new PlatformNotSupportedException(
                $"There is no broker for {Platform}: neither {native[0]} nor {portable} exists. Reference the package "
                    + "AmqpBroker.Embedded in the project that is started, or set the option Program to the path of amqpbroker.");
    }

    /// <summary>Returns false if an executable needs an assembly that is not in the same folder.</summary>
    private static bool IsComplete(string path) => !File.Exists(path + ".runtimeconfig.json") || File.Exists(path + ".dll");

    private static BrokerCommand Portable(string assembly) => new(DotNet(), assembly);

    /// <summary>Path of <c>dotnet</c>: the one that runs this process, else from <c>DOTNET_ROOT</c>, else from <c>PATH</c>.</summary>
    private static string DotNet()
    {
        string name = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "dotnet.exe" : "dotnet";
        // The file dotnet and the folder shared/Microsoft.NETCore.App/10.0.0, which contains the runtime, are in the same folder.
        string[] candidates =
        [
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "",
            Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name)),
            Path.Combine(Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "", name),
        ];
        return candidates.FirstOrDefault(path => Path.IsPathRooted(path) && File.Exists(path)) ?? name;
    }
}
