using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Management.Http;

/// <summary>The user of a request. Decides by tags and permissions which objects the user sees.</summary>
internal sealed class ApiUser(User user, PermissionStore permissions)
{
    /// <summary>Stands for the user in a request that needs no login.</summary>
    public static ApiUser Nobody { get; } = new(new User("", PasswordHash.None, UserTags.None), null!);

    public string Name => user.Name;

    public User User => user;

    public IReadOnlyList<string> Tags => user.Tags.Names;

    public bool IsAdministrator => user.Tags.IsAdministrator;

    /// <summary>True if the user sees all virtual hosts and connections.</summary>
    public bool IsMonitoring => user.Tags.IsMonitor;

    public bool IsPolicyMaker => user.Tags.IsPolicymaker;

    public bool IsManagement => user.Tags.IsManager;

    /// <summary>True if the user has a permission in a virtual host.</summary>
    public bool CanAccess(VirtualHost virtualHost) => permissions.Find(virtualHost.Name, user.Name) is not null;

    /// <summary>True if the user sees a virtual host and its contents.</summary>
    public bool CanSee(VirtualHost virtualHost) => IsMonitoring || CanAccess(virtualHost);

    /// <summary>True if the user has an access that does not depend on a virtual host.</summary>
    public bool Has(Access access) => RefusalOf(access, virtualHost: null) is null;

    /// <summary>Throws if the user does not have the required access.</summary>
    /// <exception cref="ApiException">401: the user lacks the tag or permission.</exception>
    public void Demand(Access access, Func<VirtualHost?>? virtualHost = null)
    {
        if (RefusalOf(access, virtualHost) is { } refusal)
            throw ApiException.NotAuthorized(refusal);
    }

    private string? RefusalOf(Access access, Func<VirtualHost?>? virtualHost)
    {
        bool MayAccessHost() => virtualHost?.Invoke() is not { } host || CanAccess(host);
        return access switch
        {
            not Access.Anyone when !IsManagement => "Not management user",
            Access.VirtualHost when !IsAdministrator && !MayAccessHost() => "User not authorised to access virtual host",
            Access.VirtualHostView when !IsMonitoring && !MayAccessHost() => "User not authorised to access virtual host",
            Access.PolicyMaker when !IsAdministrator && !(IsPolicyMaker && MayAccessHost()) => "User not authorised to access object",
            Access.Monitoring when !IsMonitoring => "Not monitor user",
            Access.Administrator when !IsAdministrator => "Not administrator user",
            _ => null,
        };
    }
}
