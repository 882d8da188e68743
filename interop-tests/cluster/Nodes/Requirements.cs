namespace Cluster.Nodes;

/// <summary>What the tests need of the machine.</summary>
internal static class Requirements
{
    /// <summary>Skips the test if the machine cannot run a cluster. With <c>CI=true</c>, the test fails instead.</summary>
    public static async Task CheckAsync()
    {
        if (await MissingAsync() is not { } reason)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        TestContext.Out.WriteLine($"skipped: {reason}");
        Assert.Ignore(reason);
    }

    /// <summary>Returns why file systems for single nodes cannot be made; null if they can.</summary>
    public static async Task<string?> MissingDisksAsync()
    {
        (int code, string output) = await Shell.TryAsync("command -v mkfs.ext4 && command -v fsfreeze && losetup -f");
        return code == 0 ? null : $"there are no disks that stall or are full, because a file cannot be mounted here: {output}";
    }

    private static async Task<string?> MissingAsync()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return "a cluster of network namespaces needs Linux and root";
        if ((await Shell.TryAsync("command -v etcd")).Code != 0)
            return "etcd is not installed (package etcd-server)";
        (int code, string output) = await Shell.TryAsync(
            "ip netns add amqpcluster-probe && ip netns exec amqpcluster-probe nft list ruleset; ip netns del amqpcluster-probe");
        return code == 0 ? null : $"network namespaces cannot be made: {output}";
    }
}
