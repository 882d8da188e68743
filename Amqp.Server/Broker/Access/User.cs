using System.Text;

namespace Amqp.Server.Broker.Access;

/// <summary>A user, with the password hash and the tags.</summary>
/// <param name="Name">Name to log in with.</param>
/// <param name="PasswordHash">Hash of the password.</param>
/// <param name="Tags">Tags, which give rights in the HTTP API and the right to impersonate other users.</param>
internal sealed record User(string Name, PasswordHash PasswordHash, UserTags Tags)
{
    /// <summary>The name in UTF-8, for comparison with the user-id property of published messages.</summary>
    public byte[] EncodedName { get; } = Encoding.UTF8.GetBytes(Name);
}
