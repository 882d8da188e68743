using System.Text;

namespace Amqp.Server.Security;

/// <summary>Someone who may log in.</summary>
/// <param name="Name">The login name.</param>
/// <param name="PasswordHash">See <see cref="Security.PasswordHash"/>.</param>
/// <param name="Tags">RabbitMQ's user tags, comma separated: <c>administrator</c> and so on.</param>
internal sealed record User(string Name, byte[] PasswordHash, string Tags)
{
    /// <summary>The name as it stands in a message's user-id.</summary>
    public byte[] EncodedName { get; } = Encoding.UTF8.GetBytes(Name);
}
