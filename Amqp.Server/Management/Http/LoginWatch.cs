using Amqp.Server.Broker.Access;

namespace Amqp.Server.Management.Http;

/// <summary>Checks during a long reply if the user may still receive it.</summary>
/// <param name="services">The parts of the broker that the HTTP API uses.</param>
/// <param name="http">The request, which has been authenticated.</param>
/// <param name="began">The user at the beginning of the reply.</param>
internal sealed class LoginWatch(ManagementServices services, HttpContext http, ApiUser began)
{
    private readonly string? _token = BasicCredentials.Read(http.Request.Headers.Authorization) is null ? LoginCookie.TokenOf(http) : null;

    /// <summary>
    /// The user with the current tags and permissions. Null if the login session has ended, if the user was deleted or has a new password,
    /// or if the user has lost the tag management.
    /// </summary>
    public ApiUser? Current
    {
        get
        {
            if (_token is not null && services.Sessions.Find(_token, services.Broker.Users) != began.Name)
                return null;
            if (services.Broker.Users.Find(began.Name) is not { } user || !IsSame(user.PasswordHash, began.User.PasswordHash))
                return null;
            var now = new ApiUser(user, services.Broker.Permissions);
            return now.IsManagement ? now : null;
        }
    }

    private static bool IsSame(PasswordHash one, PasswordHash other) =>
        one.Algorithm == other.Algorithm && one.Octets.SequenceEqual(other.Octets);
}
