using System.Text;

namespace Amqp.Server.Broker.Access;

/// <summary>Someone who may log in.</summary>
/// <param name="Name">The login name.</param>
/// <param name="PasswordHash">What a password is compared with.</param>
/// <param name="Tags">What the user may do besides AMQP.</param>
internal sealed record User(string Name, PasswordHash PasswordHash, UserTags Tags)
{
    /// <summary>The name as it stands in a message's user-id.</summary>
    public byte[] EncodedName { get; } = Encoding.UTF8.GetBytes(Name);
}
