namespace Amqp.Tests.Interop;

/// <summary>Installs Debian packages. Needs a Debian system and root permissions.</summary>
internal static class DebianPackages
{
    /// <summary>Installs packages and the packages that they require. If there is no apt-get, the command counts as failed.</summary>
    public static async Task<CommandResult> InstallAsync(params string[] names)
    {
        await Command.RunAsync("apt-get", ["update", "-q"]);
        return await Command.RunAsync("apt-get", ["install", "-q", "-y", "--no-install-recommends", .. names]);
    }
}
