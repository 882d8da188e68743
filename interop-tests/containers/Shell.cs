using System.Diagnostics;

namespace Containers;

/// <summary>Runs programs on this machine, such as Docker's client.</summary>
internal static class Shell
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(15);

    /// <summary>Docker's client: <c>/usr/bin/docker</c> if it exists, else the first one in <c>PATH</c>.</summary>
    public static string Client { get; } = File.Exists("/usr/bin/docker") ? "/usr/bin/docker" : "docker";

    /// <summary>The root folder of the project.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Runs a program and returns its output. Throws if the program fails.</summary>
    public static async Task<string> RunAsync(string program, params IEnumerable<string> arguments)
    {
        (int code, string output, string error) = await TryAsync(program, arguments);
        return code == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}: {error}{output}");
    }

    /// <summary>Runs a Docker command and returns its output without the last line break. Throws if the command fails.</summary>
    public static async Task<string> DockerAsync(params IEnumerable<string> arguments) => (await RunAsync(Client, arguments)).TrimEnd('\n');

    /// <summary>Runs a program and returns its exit code and output. The exit code is 127 if there is no such program.</summary>
    public static async Task<(int Code, string Output, string Error)> TryAsync(
        string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Root,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        Process? process;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return (127, "", error.Message);
        }
        using (process)
        using (var limit = new CancellationTokenSource(_limit))
        {
            process!.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Dockerfile")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the folder with the Dockerfile is not above the tests");
    }
}
