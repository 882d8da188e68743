using System.Diagnostics;

namespace Cluster.Nodes;

/// <summary>Runs programs of this machine.</summary>
internal static class Shell
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    /// <summary>The root folder of the project.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Runs lines of a shell, and ends with the first one that fails.</summary>
    /// <returns>The output.</returns>
    /// <exception cref="InvalidOperationException">A line failed.</exception>
    public static async Task<string> RunAsync(string script)
    {
        (int code, string output) = await TryAsync(script);
        return code == 0 ? output : throw new InvalidOperationException($"'{script}' ended with {code}: {output}");
    }

    /// <summary>Runs lines of a shell.</summary>
    /// <returns>The exit code, and the output with the errors.</returns>
    public static async Task<(int Code, string Output)> TryAsync(string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-e"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start");
        using var limit = new CancellationTokenSource(_limit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteLineAsync(script);
        process.StandardInput.Close();
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await error);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Dockerfile")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the folder with the Dockerfile is not above the tests");
    }
}
