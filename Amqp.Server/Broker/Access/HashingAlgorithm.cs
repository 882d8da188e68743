namespace Amqp.Server.Broker.Access;

/// <summary>Algorithm that hashes passwords. The numeric values are stored on disk.</summary>
internal enum HashingAlgorithm : byte
{
    /// <summary>RabbitMQ's default since 3.6.</summary>
    Sha256 = 1,

    /// <summary>RabbitMQ offers this algorithm as an alternative to SHA-256.</summary>
    Sha512 = 2,

    /// <summary>RabbitMQ's default before 3.6. Accepted in old definitions, but never used to hash a new password.</summary>
    Md5 = 3,
}

/// <summary>RabbitMQ's names for the algorithms, as used in settings and exported definitions.</summary>
internal static class HashingAlgorithms
{
    private const string Prefix = "rabbit_password_hashing_";

    public static string Name(this HashingAlgorithm algorithm) => Prefix + algorithm.ToString().ToLowerInvariant();

    /// <summary>Returns the algorithm with this name, or null if the name is unknown.</summary>
    public static HashingAlgorithm? Find(string name) => name switch
    {
        Prefix + "sha256" => HashingAlgorithm.Sha256,
        Prefix + "sha512" => HashingAlgorithm.Sha512,
        Prefix + "md5" => HashingAlgorithm.Md5,
        _ => null,
    };
}
