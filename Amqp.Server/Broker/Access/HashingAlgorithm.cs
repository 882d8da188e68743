namespace Amqp.Server.Broker.Access;

/// <summary>How a password is hashed. The numbers are written to the catalog.</summary>
internal enum HashingAlgorithm : byte
{
    /// <summary>RabbitMQ's default since 3.6.</summary>
    Sha256 = 1,

    /// <summary>RabbitMQ's other choice.</summary>
    Sha512 = 2,

    /// <summary>RabbitMQ's before 3.6: read, for definitions that are that old, and never made.</summary>
    Md5 = 3,
}

/// <summary>RabbitMQ's names of the algorithms, as they stand in its settings and in exported definitions.</summary>
internal static class HashingAlgorithms
{
    private const string Prefix = "rabbit_password_hashing_";

    public static string Name(this HashingAlgorithm algorithm) => Prefix + algorithm.ToString().ToLowerInvariant();

    /// <summary>The algorithm of a name; null when there is none.</summary>
    public static HashingAlgorithm? Find(string name) => name switch
    {
        Prefix + "sha256" => HashingAlgorithm.Sha256,
        Prefix + "sha512" => HashingAlgorithm.Sha512,
        Prefix + "md5" => HashingAlgorithm.Md5,
        _ => null,
    };
}
