using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>The queues or exchanges of all virtual hosts, by virtual host and name. Kept until one is added, deleted or changed.</summary>
/// <param name="hosts">The virtual hosts.</param>
/// <param name="list">Returns the objects of a virtual host.</param>
/// <param name="name">Returns the name of an object.</param>
/// <param name="describe">
/// Computes what a policy says about an object. The result is kept as long as the policies are the same.
/// </param>
internal sealed class HostRoster<T>(
    VirtualHostTable hosts, Func<VirtualHost, IEnumerable<T>> list, Func<T, string> name, Func<VirtualHost, T, string?> describe)
    where T : class
{
    private Part[] _parts = [];

    /// <summary>The objects.</summary>
    public T[] Items { get; private set; } = [];

    /// <summary>Names of the objects.</summary>
    public string[] Names { get; private set; } = [];

    /// <summary>Virtual hosts of the objects.</summary>
    public VirtualHost[] Hosts { get; private set; } = [];

    /// <summary>Names of the policies that apply to the objects; null where none applies.</summary>
    public string?[] Policies { get; private set; } = [];

    /// <summary>Brings the lists up to date.</summary>
    /// <returns>False if they are the same as before.</returns>
    public bool Renew()
    {
        var all = hosts.All;
        var parts = new Part[all.Count];
        bool isSame = parts.Length == _parts.Length;
        for (int i = 0; i < parts.Length; i++)
        {
            var known = Find(all[i], i);
            parts[i] = known is not null && known.Changes == all[i].Routing.Changes ? known : Read(all[i], known);
            isSame = isSame && ReferenceEquals(parts[i], _parts[i]);
        }
        if (isSame)
            return false;
        _parts = parts;
        Items = [.. parts.SelectMany(part => part.Items)];
        Names = [.. parts.SelectMany(part => part.Names)];
        Hosts = [.. parts.SelectMany(part => Enumerable.Repeat(part.Host, part.Items.Length))];
        Policies = [.. parts.SelectMany(part => part.Policies)];
        return true;
    }

    /// <summary>Frees the memory of the lists.</summary>
    public void Forget() => (_parts, Items, Names, Hosts, Policies) = ([], [], [], [], []);

    private Part? Find(VirtualHost host, int place) => place < _parts.Length && ReferenceEquals(_parts[place].Host, host)
        ? _parts[place]
        : Array.Find(_parts, part => ReferenceEquals(part.Host, host));

    private Part Read(VirtualHost host, Part? before)
    {
        // Read first: a change in between makes the next snapshot read the list again.
        int changes = host.Routing.Changes;
        object rules = host.Policies.Version;
        T[] items = [.. list(host)];
        string[] names = Array.ConvertAll(items, item => name(item));
        Array.Sort(names, items, StringComparer.Ordinal);
        if (before is not null && !ReferenceEquals(before.Rules, rules))
            before = null;
        string?[] policies = new string?[items.Length];
        for (int i = 0, old = 0; i < items.Length; i++)
        {
            while (before is not null && old < before.Items.Length && string.CompareOrdinal(before.Names[old], names[i]) < 0)
                old++;
            bool isKnown = before is not null && old < before.Items.Length && ReferenceEquals(before.Items[old], items[i]);
            policies[i] = isKnown ? before!.Policies[old] : describe(host, items[i]);
        }
        return new Part(host, changes, rules, items, names, policies);
    }

    /// <param name="Host">The virtual host.</param>
    /// <param name="Changes">Value of <see cref="Broker.Routing.RoutingTable.Changes"/> before the list was read.</param>
    /// <param name="Rules">Value of <see cref="VirtualHostPolicies.Version"/>.</param>
    /// <param name="Items">The objects, by name.</param>
    /// <param name="Names">The names.</param>
    /// <param name="Policies">The names of policies.</param>
    private sealed record Part(VirtualHost Host, int Changes, object Rules, T[] Items, string[] Names, string?[] Policies);
}
