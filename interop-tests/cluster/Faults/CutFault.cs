using Cluster.Nodes;

namespace Cluster.Faults;

/// <summary>Which packets a cut drops.</summary>
internal enum CutDirection
{
    Both,
    Incoming,
    Outgoing,
}

/// <summary>A node that does not reach others, or is not reached by them, or loses some of the packets.</summary>
/// <param name="node">The node, in whose namespace the rules are.</param>
/// <param name="others">What is cut off, for the report.</param>
/// <param name="addresses">Addresses of the others.</param>
/// <param name="direction">Which packets are dropped.</param>
/// <param name="percent">Share of the packets that is dropped.</param>
internal sealed class CutFault(
    NodeProcess node, string others, IReadOnlyList<string> addresses, CutDirection direction, int percent = 100) : Fault
{
    private static int _last;

    private readonly string _table = $"fault{Interlocked.Increment(ref _last)}"; // each fault has its own, because faults overlap

    public override string Name => percent == 100
        ? $"cut {node.Name} from {others} ({direction})"
        : $"lose {percent} % between {node.Name} and {others} ({direction})";

    public override Task BeginAsync()
    {
        string share = percent == 100 ? "" : $"numgen random mod 100 < {percent} ", set = string.Join(", ", addresses);
        string incoming = direction == CutDirection.Outgoing ? "" : $"ip saddr {{ {set} }} {share}drop";
        string outgoing = direction == CutDirection.Incoming ? "" : $"ip daddr {{ {set} }} {share}drop";
        return Shell.RunAsync(
            $$"""
            ip netns exec {{node.Space}} nft -f - <<END
            table ip {{_table}} {
              chain incoming { type filter hook input priority 0; {{incoming}}; }
              chain outgoing { type filter hook output priority 0; {{outgoing}}; }
            }
            END
            """);
    }

    public override Task HealAsync() => Shell.RunAsync($"ip netns exec {node.Space} nft delete table ip {_table}");
}
