using Cluster.Nodes;

namespace Cluster.Faults;

/// <summary>A fault that is made and ended once.</summary>
internal abstract class Fault
{
    /// <summary>What the fault is, and of which node, for the report.</summary>
    public abstract string Name { get; }

    /// <summary>Makes the fault.</summary>
    public abstract Task BeginAsync();

    /// <summary>Ends the fault.</summary>
    public abstract Task HealAsync();
}

/// <summary>A node that is killed, and started again.</summary>
internal sealed class KillFault(NodeProcess node) : Fault
{
    private static readonly TimeSpan _exitLimit = TimeSpan.FromSeconds(20); // a disk that stalls holds the process

    public override string Name => $"kill {node.Name}";

    public override Task BeginAsync()
    {
        node.Kill();
        return Task.CompletedTask;
    }

    public override async Task HealAsync()
    {
        await node.WaitForExitAsync(_exitLimit);
        node.Start();
    }
}

/// <summary>A node whose process is stopped for a while, so that it does not know how much time has passed.</summary>
internal sealed class FreezeFault(NodeProcess node) : Fault
{
    public override string Name => $"freeze {node.Name}";

    public override Task BeginAsync()
    {
        node.Freeze();
        return Task.CompletedTask;
    }

    public override Task HealAsync()
    {
        node.Continue();
        return Task.CompletedTask;
    }
}

/// <summary>A broker whose disk answers no write or sync.</summary>
internal sealed class StallFault(NodeProcess node, NodeDisk disk) : Fault
{
    public override string Name => $"stall the disk of {node.Name}";

    public override Task BeginAsync() => disk.StallAsync();

    public override Task HealAsync() => disk.GoOnAsync();
}

/// <summary>A broker whose disk is full.</summary>
internal sealed class FullDiskFault(NodeProcess node, NodeDisk disk) : Fault
{
    public override string Name => $"fill the disk of {node.Name}";

    public override Task BeginAsync() => disk.FillAsync();

    public override Task HealAsync() => disk.EmptyAsync();
}

/// <summary>A node whose packets wait: it sends at a low rate, with a long queue. Kernels often lack netem.</summary>
internal sealed class SlowFault(NodeProcess node) : Fault
{
    public override string Name => $"slow down the network of {node.Name}";

    public override Task BeginAsync() =>
        Shell.RunAsync($"tc -n {node.Space} qdisc replace dev eth0 root tbf rate 3mbit burst 32kb latency 700ms");

    public override Task HealAsync() => Shell.RunAsync($"tc -n {node.Space} qdisc del dev eth0 root");
}
