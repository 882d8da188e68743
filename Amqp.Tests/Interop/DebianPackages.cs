namespace Amqp.Tests.Interop;

/// <summary>Installs Debian packages. Needs Debian and root.</summary>
internal static class DebianPackages
{
    /// <summary>Installs packages and their required dependencies. Without apt-get the command counts as failed.</summary>
    public static async Task<CommandResult> InstallAsync(params string[] names)
    {
        await Command.RunAsync("apt-get", ["update", "-q"]);
        return await Command.RunAsync("apt-get", ["install", "-q", "-y", "--no-install-recommends", .. names]);
    }
}
