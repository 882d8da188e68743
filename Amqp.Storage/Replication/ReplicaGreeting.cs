using System.Text;

namespace Amqp.Storage.Replication;

/// <summary>The state of a follower that connects to a leader.</summary>
/// <param name="Node">Name of the follower's node.</param>
/// <param name="State">State of its data directory.</param>
/// <param name="Last">The last operation that it applied; number 0 if it has none, or has been restarted since.</param>
internal readonly record struct ReplicaGreeting(string Node, ReplicaState State, ReplicaPosition Last)
{
    private const uint Magic = 0x5251_4D41; // AMQR

    /// <summary>Version of the protocol between leader and follower.</summary>
    private const byte Version = 1;

    /// <summary>Maximum length of a node's name in bytes.</summary>
    public const int MaxNode = 255;

    /// <summary>Reads a greeting.</summary>
    /// <exception cref="InvalidDataException">The bytes are no greeting of this version.</exception>
    public static ReplicaGreeting Read(BinaryReader reader)
    {
        if (reader.ReadUInt32() != Magic || reader.ReadByte() != Version)
            throw new InvalidDataException("a replica speaks another protocol, or another version of it");
        var state = new ReplicaState(reader.ReadUInt64(), reader.ReadBoolean());
        var last = new ReplicaPosition(reader.ReadUInt64(), reader.ReadUInt64());
        byte[] node = reader.ReadBytes(Math.Min(reader.ReadByte(), (byte)MaxNode));
        return new ReplicaGreeting(Encoding.UTF8.GetString(node), state, last);
    }

    public void Write(BinaryWriter writer)
    {
        byte[] node = Encoding.UTF8.GetBytes(Node);
        if (node.Length > MaxNode)
            throw new InvalidDataException($"the name of a node has at most {MaxNode} bytes");
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(State.Epoch);
        writer.Write(State.IsComplete);
        writer.Write(Last.Epoch);
        writer.Write(Last.Number);
        writer.Write((byte)node.Length);
        writer.Write(node);
        writer.Flush();
    }
}
