namespace Amqp.Server.Cluster.Links;

/// <summary>Purpose of a connection between two nodes. The values are sent, so they never change.</summary>
internal enum LinkKind : byte
{
    /// <summary>A follower asks for the operations of its leader.</summary>
    Replica = (byte)'R',

    /// <summary>A follower passes the connection of a client on to its leader.</summary>
    Client = (byte)'C',
}
