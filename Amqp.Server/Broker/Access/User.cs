using System.Text;

namespace Amqp.Server.Broker.Access;

/// <summary>A user, with the password hash and the tags.</summary>
/// <param name="Name">Name to log in with.</param>
/// <param name="PasswordHash">Hash of the password.</param>
/// <param name="Tags">Tags, which give rights in the HTTP API and the right to impersonate other users.</param>
internal sealed record User(string Name, PasswordHash PasswordHash, UserTags Tags)
{
    /// <summary>
    /// The user of the broker's own clients, such as shovels without a user in their URI. The name is RabbitMQ's. The user has all
    /// permissions, and nobody can log in as it.
    /// </summary>
    public static User Internal { get; } = new("none", PasswordHash.None, new UserTags([UserTags.Administrator])) { IsInternal = true };

    /// <summary>True only for <see cref="Internal"/>. A user of the same name is not internal.</summary>
    public bool IsInternal { get; private init; }

    /// <summary>The name in UTF-8, for comparison with the user-id property of published messages.</summary>
    public byte[] EncodedName { get; } = Encoding.UTF8.GetBytes(Name);
}
