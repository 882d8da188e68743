namespace Amqp.Tests.Interop;

/// <summary>Debian's packages, for whoever is root on a Debian.</summary>
internal static class DebianPackages
{
    /// <summary>Installs packages and what they cannot do without; where there is no apt-get it fails like any other command.</summary>
    public static async Task<CommandResult> InstallAsync(params string[] names)
    {
        await Command.RunAsync("apt-get", ["update", "-q"]);
        return await Command.RunAsync("apt-get", ["install", "-q", "-y", "--no-install-recommends", .. names]);
    }
}
