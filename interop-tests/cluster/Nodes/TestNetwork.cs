using System.Text;

namespace Cluster.Nodes;

/// <summary>A network namespace for each node, all on one bridge. The bridge has its own, out of reach of the machine's rules.</summary>
internal static class TestNetwork
{
    /// <summary>Makes the namespaces.</summary>
    /// <param name="place">Names and addresses.</param>
    /// <param name="hosts">Last part of the address of each node, by the name of the node.</param>
    public static async Task CreateAsync(ClusterPlace place, IReadOnlyDictionary<string, int> hosts)
    {
        string bridge = place.Prefix + "bridge", test = $"amqpc{place.Number}";
        var script = new StringBuilder(
            $"""
            ip netns add {bridge}
            ip -n {bridge} link add bridge type bridge
            ip -n {bridge} link set bridge up
            ip link add {test} type veth peer name test netns {bridge}
            ip -n {bridge} link set test master bridge up
            ip addr add {place.AddressOf(1)}/24 dev {test}
            ip link set {test} up

            """);
        foreach ((string name, int host) in hosts)
        {
            string space = place.Prefix + name;
            script.Append(
                $"""
                ip netns add {space}
                ip link add {name} netns {bridge} type veth peer name eth0 netns {space}
                ip -n {bridge} link set {name} master bridge up
                ip -n {space} addr add {place.AddressOf(host)}/24 dev eth0
                ip -n {space} link set eth0 up
                ip -n {space} link set lo up

                """);
        }
        await Shell.RunAsync(script.ToString());
    }
}
