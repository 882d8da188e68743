using System.Text;

namespace Amqp.Server.Broker.Access;

/// <summary>A user, with the password hash and the tags.</summary>
/// <param name="Name">Login name.</param>
/// <param name="PasswordHash">Hash that a login's password is compared with.</param>
/// <param name="Tags">Tags, which grant rights in the HTTP API and impersonation.</param>
internal sealed record User(string Name, PasswordHash PasswordHash, UserTags Tags)
{
    /// <summary>Name in UTF-8, as in a message's user-id property.</summary>
    public byte[] EncodedName { get; } = Encoding.UTF8.GetBytes(Name);
}
