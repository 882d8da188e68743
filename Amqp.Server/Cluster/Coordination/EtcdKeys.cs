using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Storage.Replication;

namespace Amqp.Server.Cluster.Coordination;

/// <summary>The names and values of the cluster's keys.</summary>
/// <param name="prefix">Beginning of all keys.</param>
internal sealed class EtcdKeys(string prefix)
{
    /// <summary>Beginning of all keys of the cluster. It ends with a slash.</summary>
    public string Prefix { get; } = prefix.EndsWith('/') ? prefix : prefix + '/';

    /// <summary>Key of the leader, under its lease. The revision of its creation is the epoch.</summary>
    public string Leader => $"{Prefix}partitions/0/leader";

    /// <summary>Key of the in-sync set.</summary>
    public string InSync => $"{Prefix}partitions/0/insync";

    /// <summary>Beginning of the keys of positions. Each is under a lease.</summary>
    public string Positions => $"{Prefix}partitions/0/positions/";

    private string Members => $"{Prefix}members/";

    /// <summary>Key of a member.</summary>
    public string Member(string name) => Members + name;

    /// <summary>Key of a candidate's position.</summary>
    public string Position(string name) => Positions + name;

    public static string ValueOf(ClusterMember member) => new JsonObject
    {
        ["name"] = member.Name,
        ["replication"] = member.Replication,
        ["amqp"] = member.Amqp,
        ["amqps"] = member.Amqps,
        ["management"] = member.Management,
    }.ToJsonString();

    public static string ValueOf(ReplicaPosition position) => $$"""{"epoch":{{position.Epoch}},"number":{{position.Number}}}""";

    /// <summary>Returns the value of an in-sync set: its names in order.</summary>
    public static string ValueOf(IEnumerable<string> names) =>
        new JsonArray([.. names.Distinct().Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]).ToJsonString();

    /// <summary>Reads the state from the answer to a read of <see cref="Prefix"/>.</summary>
    /// <exception cref="InvalidDataException">The value of a key is not one that this program has written.</exception>
    public PartitionState StateOf(JsonElement answer)
    {
        PartitionLeader? leader = null;
        InSyncSet? inSync = null;
        var members = new Dictionary<string, ClusterMember>();
        var positions = new Dictionary<string, ReplicaPosition>();
        foreach (var key in EtcdAnswer.Keys(answer))
        {
            try
            {
                if (key.Name == Leader)
                    leader = new PartitionLeader(key.Value, key.Created);
                else if (key.Name == InSync)
                    inSync = new InSyncSet([.. Json(key).EnumerateArray().Select(name => name.GetString()!)], key.Written);
                else if (key.Name.StartsWith(Members, StringComparison.Ordinal))
                    members.Add(key.Name[Members.Length..], MemberOf(Json(key)));
                else if (key.Name.StartsWith(Positions, StringComparison.Ordinal))
                    positions.Add(key.Name[Positions.Length..], PositionOf(Json(key)));
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                throw new InvalidDataException($"the key {key.Name} of etcd has a value of another program or version: {key.Value}", error);
            }
        }
        return new PartitionState(leader, inSync, members, positions, EtcdAnswer.RevisionOf(answer));
    }

    private static JsonElement Json(EtcdKey key) => JsonDocument.Parse(key.Value).RootElement;

    private static ClusterMember MemberOf(JsonElement member) => new(
        Text(member, "name"), Text(member, "replication"), Text(member, "amqp"), member.GetProperty("amqps").GetString(),
        Text(member, "management"));

    private static ReplicaPosition PositionOf(JsonElement position) =>
        new(position.GetProperty("epoch").GetUInt64(), position.GetProperty("number").GetUInt64());

    private static string Text(JsonElement member, string name) =>
        member.GetProperty(name).GetString() ?? throw new FormatException($"{name} is missing");
}
