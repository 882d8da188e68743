using System.Text;

namespace Amqp.Server.Broker.Access;

/// <summary>A user, who can log in.</summary>
/// <param name="Name">Login name.</param>
/// <param name="PasswordHash">Hash that a login's password is compared with.</param>
/// <param name="Tags">Rights in the HTTP API, and impersonation.</param>
internal sealed record User(string Name, PasswordHash PasswordHash, UserTags Tags)
{
    /// <summary>Name in UTF-8, as in a message's user-id property.</summary>
    public byte[] EncodedName { get; } = Encoding.UTF8.GetBytes(Name);
}
