using System.Security.Cryptography;

namespace Amqp.Tests.Interop;

/// <summary>The programs that use amqplib. <c>npm ci</c> installs their packages if the lock file has changed since the last run.</summary>
internal sealed class NodePrograms : ClientPrograms
{
    protected override string Interpreter => "node";

    protected override string Folder { get; } = Path.Combine(InteropTests(), "node");

    protected override string FileName(string program) => program.Replace('_', '-') + ".js";

    protected override async Task<string?> InstallAsync()
    {
        if (!(await Command.RunAsync("node", ["--version"])).Succeeded)
            return "No Node here.";

        string lockFile = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Folder, "package-lock.json"))));
        string stamp = Path.Combine(Folder, "node_modules", ".installed-for");
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == lockFile)
            return null;

        CommandResult npm = await Command.RunAsync("npm", ["ci", "--no-audit", "--no-fund"], Folder);
        if (!npm.Succeeded)
            return $"npm ci failed: {npm.Output}";
        await File.WriteAllTextAsync(stamp, lockFile);
        return null;
    }
}
